using System.Text;
using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary>A request for chat completions.</summary>
internal sealed record ChatRequest(OpenAiOptions Options, IReadOnlyList<ChatMessage> Messages)
{
    public static ChatRequest Read(RequestFields fields)
    {
        RefuseWhatIsNotHere(fields);
        // No limit of its own: the context ends it.
        var options = OpenAiOptions.Read(fields, int.MaxValue);
        var wanted = fields.Flag("logprobs") ?? false;
        if (fields.Count("top_logprobs", 0, 20) is { } top)
        {
            if (!wanted)
                throw RequestException.Bad("top_logprobs", "it without logprobs", "logprobs true beside it", "set logprobs, or leave it out");
            options = options with { Generation = options.Generation with { TopLogprobs = top } };
        }
        else if (wanted)
        {
            options = options with { Generation = options.Generation with { TopLogprobs = 0 } };
        }
        return new ChatRequest(options, ReadMessages(fields));
    }

    private static void RefuseWhatIsNotHere(RequestFields fields)
    {
        foreach (var name in new[] { "tools", "functions" })
        {
            if (fields.Items(name) is { Count: > 0 } && !(fields.Any("tool_choice") is { ValueKind: JsonValueKind.String } choice && choice.GetString() == "none"))
                throw RequestException.Unsupported(name, "tools", "none, or tool_choice \"none\"", "this server does not call tools; describe them in the prompt");
        }
        if (fields.Texts("modalities", 8).Any(modality => modality != "text"))
            throw RequestException.Unsupported("modalities", "another one than text", "[\"text\"]", "this server answers with text only");
        if (fields.Any("audio") is not null)
            throw RequestException.Unsupported("audio", "it", "no such field", "this server answers with text only");
    }

    private static List<ChatMessage> ReadMessages(RequestFields fields)
    {
        var messages = fields.Objects("messages") ?? throw fields.Wrong("messages", "an array of messages");
        if (messages.Count == 0)
            throw fields.Wrong("messages", "at least one message");
        return [.. messages.Select(ReadMessage)];
    }

    /// <summary>A message of text, of a chat or of a response.</summary>
    public static ChatMessage ReadMessage(RequestFields message)
    {
        var role = message.RequiredText("role");
        if (role is not ("system" or "developer" or "user" or "assistant"))
            throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "system, developer, user or assistant", "this server does not call tools");
        if (message.Items("tool_calls") is { Count: > 0 } || message.Any("function_call") is not null)
            throw RequestException.Unsupported(message.PlaceOf("tool_calls"), "calls of tools", "messages of text", "this server does not call tools");
        return new ChatMessage(role == "developer" ? "system" : role, ContentOf(message, role));
    }

    private static string ContentOf(RequestFields message, string role)
    {
        if (message.Any("content") is not { } content)
            return role == "assistant" ? "" : throw message.Wrong("content", "a text, or an array of parts");
        if (content.ValueKind != JsonValueKind.Array)
            return message.Text("content")!;
        var text = new StringBuilder();
        foreach (var part in message.Objects("content")!)
        {
            text.Append(part.RequiredText("type") switch
            {
                "text" or "input_text" or "output_text" => part.RequiredText("text"),
                "refusal" => part.RequiredText("refusal"),
                "image_url" or "input_image" => throw NotText(part, "a picture"),
                "input_audio" => throw NotText(part, "a sound"),
                "file" or "input_file" => throw NotText(part, "a file"),
                _ => throw part.Wrong("type", "text"),
            });
        }
        return text.ToString();
    }

    private static RequestException NotText(RequestFields part, string found) =>
        RequestException.Unsupported(part.PlaceOf("type"), found, "parts of the type text", "this model reads text only");
}
