using Temoto.Generation.Tools;

namespace Temoto.Generation.ChatTemplates;

/// <summary>The prompt of a conversation in the form that the model's template wants: tools told by it or by messages, arguments as an object or as text.</summary>
internal sealed class ChatRendering(ChatTemplate template, ChatFormat format)
{
    /// <param name="input">Everything but messages and tools.</param>
    public string Render(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, ChatTemplateInput input)
    {
        messages = Named(messages);
        var hasCalls = messages.Any(message => message.ToolCalls.Count > 0 || message.Role == "tool");
        if (!format.TellsTools && (hasCalls || tools.Count > 0))
            return RenderTold(messages, tools, input);
        if (tools.Count > 0 && format.ToolsStandInMessages && messages[0].Role != "system")
            messages = [new ChatMessage("system", ""), .. messages];
        try
        {
            return Render(argumentsAreText: false);
        }
        catch (InputException) when (messages.Any(message => message.ToolCalls.Count > 0))
        {
            // Templates that put them into the text take texts only.
            return Render(argumentsAreText: true);
        }

        string Render(bool argumentsAreText)
        {
            var form = new TemplateMessages(argumentsAreText, format.WantsNone, format.Tools.HasShortIds, format.ToolsStandInMessages ? tools : []);
            return template.Render(input with { Messages = form.Of(messages), Tools = TemplateMessages.Of(tools) });
        }
    }

    /// <summary>Names tools whose messages give the call's id only: some templates want the name.</summary>
    private static IReadOnlyList<ChatMessage> Named(IReadOnlyList<ChatMessage> messages)
    {
        if (!messages.Any(message => message is { Role: "tool", Name: null }))
            return messages;
        var names = new Dictionary<string, string>();
        foreach (var call in messages.SelectMany(message => message.ToolCalls))
            names[call.Id] = call.Name;
        return [.. messages.Select(message => message is { Role: "tool", Name: null, ToolCallId: { } id } ? message with { Name = names.GetValueOrDefault(id) } : message)];
    }

    private string RenderTold(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, ChatTemplateInput input)
    {
        try
        {
            return Render(hasSystem: true);
        }
        catch (InputException)
        {
            // Some refuse a system message.
            return Render(hasSystem: false);
        }

        string Render(bool hasSystem) => template.Render(input with { Messages = new TemplateMessages().Of(ToolMessages.For(messages, tools, format.Tools, hasSystem)) });
    }
}
