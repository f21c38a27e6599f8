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
        InputException? refusal = null;
        foreach (var (form, written) in Forms(messages, tools))
        {
            try
            {
                return template.Render(input with { Messages = form.Of(written), Tools = TemplateMessages.Of(tools) });
            }
            catch (InputException error)
            {
                refusal ??= error;
            }
        }
        throw refusal!;
    }

    /// <summary>
    /// The forms that templates want calls in, the usual one first: most take arguments as an object, some as text, which they put in as it is; some ask whether a message has no text, and some of
    /// these cannot do without one; some take one call at a time. Those that want another form refuse this one, in words of their own.
    /// </summary>
    private IEnumerable<(TemplateMessages Form, IReadOnlyList<ChatMessage> Messages)> Forms(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools)
    {
        yield return (Form(false, format.WantsNone), messages);
        if (!messages.Any(message => message.ToolCalls.Count > 0))
            yield break;
        yield return (Form(true, format.WantsNone), messages);
        yield return (Form(false, !format.WantsNone), messages);
        if (messages.Any(message => message.ToolCalls.Count > 1))
            yield return (Form(false, format.WantsNone), OneByOne(messages));

        TemplateMessages Form(bool argumentsAreText, bool wantsNone) => new(argumentsAreText, wantsNone, format.Tools.HasShortIds, format.ToolsStandInMessages ? tools : []);
    }

    /// <summary>Each call in a message of its own, followed by what came of it.</summary>
    private static List<ChatMessage> OneByOne(IReadOnlyList<ChatMessage> messages)
    {
        var written = new List<ChatMessage>();
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.ToolCalls.Count < 2)
            {
                written.Add(message);
                continue;
            }
            var results = messages.Skip(i + 1).TakeWhile(next => next.Role == "tool").ToList();
            i += results.Count;
            for (var n = 0; n < message.ToolCalls.Count; n++)
            {
                var call = message.ToolCalls[n];
                written.Add((n == 0 ? message : new ChatMessage(message.Role, "")) with { ToolCalls = [call] });
                written.AddRange(results.Where(result => result.ToolCallId == call.Id));
            }
            written.AddRange(results.Where(result => message.ToolCalls.All(call => call.Id != result.ToolCallId)));
        }
        return written;
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
