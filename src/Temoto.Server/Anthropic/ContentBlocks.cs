using System.Text;
using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.Anthropic;

/// <summary>Blocks of a message that a client sent: text, thoughts, calls, and what came of them.</summary>
internal static class ContentBlocks
{
    /// <summary>What tools gave comes first, each a message of its own; then the text.</summary>
    public static IEnumerable<ChatMessage> Read(RequestFields message, string role)
    {
        var (text, thoughts) = (new StringBuilder(), new StringBuilder());
        var (results, calls, others) = (new List<ChatMessage>(), new List<ToolCall>(), 0);
        foreach (var block in message.Objects("content")!)
        {
            switch (block.RequiredText("type"))
            {
                case "text":
                    text.Append(block.RequiredText("text"));
                    others++;
                    break;
                case "tool_result" when role == "user":
                    results.Add(new ChatMessage("tool", block.Any("content") is null ? "" : TextOf(block, "content")) { ToolCallId = block.RequiredText("tool_use_id") });
                    break;
                case "tool_use" when role == "assistant":
                    calls.Add(new ToolCall(block.RequiredText("id"), ToolFields.Name(block), ToolFields.Arguments(block, "input")));
                    break;
                case "thinking" when role == "assistant":
                    thoughts.Append(block.RequiredText("thinking"));
                    break;
                case "redacted_thinking" when role == "assistant":
                    break;
                default:
                    throw RequestException.Unsupported(block.PlaceOf("type"), "a block of another kind", role == "user" ? "text or tool_result" : "text, thinking or tool_use", "this model reads text only");
            }
        }
        if (others == 0 && results.Count > 0)
            return results;
        return [.. results, new ChatMessage(role, text.ToString()) { ToolCalls = calls, Reasoning = thoughts.Length == 0 ? null : thoughts.ToString() }];
    }

    /// <summary>A text, or blocks of text that are one.</summary>
    public static string TextOf(RequestFields fields, string name)
    {
        if (fields.Any(name) is not { ValueKind: JsonValueKind.Array })
            return fields.RequiredText(name);
        var text = new StringBuilder();
        foreach (var block in fields.Objects(name)!)
        {
            if (block.RequiredText("type") != "text")
                throw RequestException.Unsupported(block.PlaceOf("type"), "a block of another kind", "text", "this model reads text only");
            text.Append(block.RequiredText("text"));
        }
        return text.ToString();
    }
}
