using System.Text.Json;
using Temoto.Generation.Tools;
using Temoto.Jinja;

namespace Temoto.Generation.ChatTemplates;

/// <summary>Messages and tools as chat templates read them: as OpenAI's requests have them, but for arguments, which are an object, as transformers hands them on.</summary>
/// <param name="argumentsAreText">For templates that put arguments into the text as they are.</param>
/// <param name="wantsNone">A message of nothing but calls has None for its text.</param>
/// <param name="shortIds">Ids of calls have nine letters and digits.</param>
/// <param name="systemTools">What stands in the system message, as a text, for templates that look there.</param>
internal sealed class TemplateMessages(bool argumentsAreText = false, bool wantsNone = false, bool shortIds = false, IReadOnlyList<ToolDefinition>? systemTools = null)
{
    public JinjaValue Of(IEnumerable<ChatMessage> messages) => new JinjaSequence([.. messages.Select(Of)]);

    public static JinjaValue Of(IReadOnlyList<ToolDefinition> tools) => tools.Count == 0 ? JinjaNone.Value : Parsed($"[{string.Join(", ", tools.Select(tool => tool.Json))}]", "tools");

    private static JinjaValue Parsed(string json, string source)
    {
        using var document = JsonDocument.Parse(json);
        return ChatTemplateInput.Value(document.RootElement, source);
    }

    private JinjaMapping Of(ChatMessage message)
    {
        var hasNoText = wantsNone && message.Content.Length == 0 && message.ToolCalls.Count > 0;
        var entries = new List<KeyValuePair<JinjaValue, JinjaValue>> { new("role", message.Role), new("content", hasNoText ? JinjaNone.Value : message.Content) };
        if (message.Role == "system" && systemTools is { Count: > 0 })
            entries.Add(new("tools", $"[{string.Join(", ", systemTools.Select(tool => tool.FunctionJson))}]"));
        if (message.Reasoning is { } reasoning)
            entries.Add(new("reasoning_content", reasoning));
        if (message.ToolCalls.Count > 0)
            entries.Add(new("tool_calls", new JinjaSequence([.. message.ToolCalls.Select(Of)])));
        if (message.ToolCallId is { } id)
            entries.Add(new("tool_call_id", IdOf(id)));
        if (message.Name is { } name)
            entries.Add(new("name", name));
        return new JinjaMapping(entries);
    }

    private JinjaMapping Of(ToolCall call)
    {
        JinjaValue arguments = argumentsAreText ? call.Arguments : Parsed(call.Arguments, "tool_calls");
        return new JinjaMapping([
            new("id", IdOf(call.Id)),
            new("type", "function"),
            new("function", new JinjaMapping([new("name", call.Name), new("arguments", arguments)])),
        ]);
    }

    private string IdOf(string id) => shortIds ? ShortId.Of(id) : id;
}
