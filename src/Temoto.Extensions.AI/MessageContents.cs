using System.Text;
using Microsoft.Extensions.AI;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>Messages in the words of the runtime: each with one text, calls beside it, and a message of its own for each result.</summary>
internal static class MessageContents
{
    /// <exception cref="ArgumentException">No message, or one that is none.</exception>
    /// <exception cref="NotSupportedException">A content that is no text.</exception>
    public static IReadOnlyList<ChatMessage> Read(IEnumerable<Ai.ChatMessage> messages, string? instructions)
    {
        var read = new List<ChatMessage>();
        var namesByCall = new Dictionary<string, string>();
        foreach (var message in messages)
        {
            ArgumentNullException.ThrowIfNull(message, nameof(messages));
            Add(read, message, namesByCall);
        }
        if (read.Count == 0)
            throw new ArgumentException("a conversation of no messages leaves nothing to answer", nameof(messages));
        if (!string.IsNullOrEmpty(instructions))
            Instruct(read, instructions);
        return read;
    }

    /// <summary>The text of a content.</summary>
    /// <exception cref="NotSupportedException">It is none.</exception>
    public static string Text(AIContent content) => content switch
    {
        TextContent text => text.Text,
        DataContent data => throw NotText(Kind(data.MediaType)),
        UriContent uri => throw NotText(Kind(uri.MediaType)),
        HostedFileContent => throw NotText("a file"),
        _ => throw NotText($"a {content?.GetType().Name ?? "null"}"),
    };

    private static void Add(List<ChatMessage> read, Ai.ChatMessage message, Dictionary<string, string> namesByCall)
    {
        var (text, thoughts, calls) = (new StringBuilder(), new StringBuilder(), new List<ToolCall>());
        var results = new List<ChatMessage>();
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextReasoningContent reasoning:
                    thoughts.Append(reasoning.Text);
                    break;
                case FunctionCallContent call:
                    calls.Add(new ToolCall(call.CallId, call.Name, ToolTexts.Arguments(call)));
                    namesByCall[call.CallId] = call.Name;
                    break;
                case FunctionResultContent result:
                    results.Add(new ChatMessage("tool", ToolTexts.Result(result)) { ToolCallId = result.CallId, Name = namesByCall.GetValueOrDefault(result.CallId) });
                    break;
                case UsageContent:
                    break; // Figures of an answer that is sent back: no part of what was said.
                default:
                    text.Append(Text(content));
                    break;
            }
        }
        // A message that holds nothing but results has said nothing itself.
        if (results.Count == 0 || text.Length > 0 || calls.Count > 0)
        {
            read.Add(new ChatMessage(Role(message.Role), text.ToString())
            {
                ToolCalls = calls,
                Name = message.AuthorName,
                Reasoning = thoughts.Length > 0 ? thoughts.ToString() : null,
            });
        }
        read.AddRange(results);
    }

    /// <summary>Instructions stand before what the system message says: templates know one such message, at the beginning.</summary>
    private static void Instruct(List<ChatMessage> read, string instructions)
    {
        if (read is [{ Role: "system" } system, ..])
            read[0] = system with { Content = $"{instructions}\n\n{system.Content}" };
        else
            read.Insert(0, new ChatMessage("system", instructions));
    }

    /// <summary>Developers speak as the system does.</summary>
    private static string Role(ChatRole role) => role.Value == "developer" ? "system" : role.Value;

    private static string Kind(string mediaType) => mediaType.Split('/')[0] switch
    {
        "image" => "a picture",
        "audio" => "a sound",
        "video" => "a film",
        _ => $"a file of the type {mediaType}",
    };

    private static NotSupportedException NotText(string found) => new($"ChatMessage.Contents: found {found}; expected text; this model reads text only");
}
