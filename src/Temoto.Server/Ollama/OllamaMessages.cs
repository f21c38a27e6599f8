using Temoto.Server.Http;

namespace Temoto.Server.Ollama;

/// <summary>Messages as Ollama's clients send them: calls need no ids, and what tools gave stands in their order.</summary>
internal static class OllamaMessages
{
    public static List<ChatMessage> Read(IReadOnlyList<RequestFields> given)
    {
        var messages = new List<ChatMessage>();
        var waiting = new List<ToolCall>();
        var calls = 0;
        foreach (var message in given)
        {
            var read = Read(message, ref calls);
            if (read.Role == "tool")
                read = Answering(read, waiting);
            else
                waiting = [.. read.ToolCalls];
            messages.Add(read);
        }
        return messages;
    }

    private static ChatMessage Read(RequestFields message, ref int calls)
    {
        var role = message.RequiredText("role");
        if (role is not ("system" or "user" or "assistant" or "tool"))
            throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "system, user, assistant or tool", "mend the request");
        if (message.Items("images") is { Count: > 0 })
            throw RequestException.Unsupported(message.PlaceOf("images"), "pictures", "none", "this model reads text only");
        var read = new List<ToolCall>();
        foreach (var call in message.Objects("tool_calls") ?? [])
        {
            var function = call.Object("function") ?? throw call.Wrong("function", "an object with name and arguments");
            read.Add(new ToolCall(call.Text("id") ?? $"call{calls++:00000}", ToolFields.Name(function), ToolFields.Arguments(function, "arguments")));
        }
        return new ChatMessage(role, message.Text("content") ?? "")
        {
            ToolCalls = role == "assistant" ? read : [],
            ToolCallId = role == "tool" ? message.Text("tool_call_id") : null,
            Name = role == "tool" ? message.Text("tool_name") ?? message.Text("name") : null,
            Reasoning = role == "assistant" ? message.Text("thinking") : null,
        };
    }

    /// <summary>Gives it the id of the call that it answers: of its tool the first that waits, else the first.</summary>
    private static ChatMessage Answering(ChatMessage result, List<ToolCall> waiting)
    {
        var at = waiting.FindIndex(call => result.ToolCallId is { } id ? call.Id == id : result.Name is null || call.Name == result.Name);
        if (at < 0)
            return result;
        var call = waiting[at];
        waiting.RemoveAt(at);
        return result with { ToolCallId = call.Id, Name = call.Name };
    }
}
