using System.Text;

namespace Temoto.Generation.Tools;

/// <summary>A conversation for a template that knows nothing of tools: what they are stands in the system message, calls and what came of them are text.</summary>
internal static class ToolMessages
{
    public static IReadOnlyList<ChatMessage> For(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, ToolFormat format, bool hasSystem)
    {
        var written = new List<ChatMessage>();
        foreach (var message in messages)
            Add(written, message, format);
        if (tools.Count > 0)
            Tell(written, Description(tools, format));
        if (!hasSystem && written is [{ Role: "system" } system, { Role: "user" } user, ..])
        {
            written.RemoveAt(0);
            written[0] = user with { Content = $"{system.Content}\n\n{user.Content}" };
        }
        return written;
    }

    private static void Add(List<ChatMessage> written, ChatMessage message, ToolFormat format)
    {
        var added = message.Role == "tool"
            ? new ChatMessage("user", $"<tool_response>\n{message.Content}\n</tool_response>")
            : message with { Content = string.Join('\n', [.. message.Content.Length > 0 ? [message.Content] : Array.Empty<string>(), .. message.ToolCalls.Select(call => Written(call, format))]), ToolCalls = [] };
        // Templates may insist that turns alternate.
        if (added.Role == "user" && written is [.., { Role: "user" } last] && (message.Role == "tool" || last.Content.EndsWith("</tool_response>", StringComparison.Ordinal)))
            written[^1] = last with { Content = $"{last.Content}\n{added.Content}" };
        else
            written.Add(added);
    }

    private static string Written(ToolCall call, ToolFormat format)
    {
        var json = new StringBuilder("{\"name\": ");
        JsonWords.Write(json, call.Name);
        return format == ToolFormats.Fenced
            ? $"{json}, \"parameters\": {call.Arguments}}}"
            : $"<tool_call>\n{json}, \"arguments\": {call.Arguments}}}\n</tool_call>";
    }

    private static void Tell(List<ChatMessage> written, string description)
    {
        if (written is [{ Role: "system" } system, ..])
            written[0] = system with { Content = $"{system.Content}\n\n{description}" };
        else
            written.Insert(0, new ChatMessage("system", description));
    }

    private static string Description(IReadOnlyList<ToolDefinition> tools, ToolFormat format)
    {
        var text = new StringBuilder("You can call these tools:\n<tools>\n");
        foreach (var tool in tools)
            text.Append(tool.FunctionJson).Append('\n');
        text.Append("</tools>\n");
        text.Append(format == ToolFormats.Fenced
            ? "To call a tool, answer with this and nothing else:\n{\"name\": <function-name>, \"parameters\": <args-json-object>}"
            : "To call a tool, write this, once for each call:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");
        return text.Append("\nWhat a tool gives comes between <tool_response> and </tool_response>. Answer without a tool where none is needed.").ToString();
    }
}
