using System.Text;
using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary>A request for chat completions.</summary>
internal sealed record ChatRequest(OpenAiOptions Options, IReadOnlyList<ChatMessage> Messages, ChatOptions Chat)
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
        return new ChatRequest(options, ReadMessages(fields), ReadChat(fields));
    }

    private static void RefuseWhatIsNotHere(RequestFields fields)
    {
        if (fields.Items("functions") is { Count: > 0 })
            throw RequestException.Unsupported("functions", "functions", "tools", "send {\"type\": \"function\", \"function\": ..} in tools");
        if (fields.Texts("modalities", 8).Any(modality => modality != "text"))
            throw RequestException.Unsupported("modalities", "another one than text", "[\"text\"]", "this server answers with text only");
        if (fields.Any("audio") is not null)
            throw RequestException.Unsupported("audio", "it", "no such field", "this server answers with text only");
    }

    private static ChatOptions ReadChat(RequestFields fields) => ToolFields.Checked(new ChatOptions
    {
        Tools = ToolFields.ReadNested(fields),
        ToolChoice = ReadChoice(fields, choice => choice.Object("function") ?? throw choice.Wrong("function", "an object with the name of a tool")),
        ParallelToolCalls = fields.Flag("parallel_tool_calls") ?? true,
        TemplateArguments = fields.Object("chat_template_kwargs")?.Members() ?? new Dictionary<string, JsonElement>(),
    });

    /// <summary>tool_choice: a word, or the one tool to call.</summary>
    /// <param name="named">What has the tool's name, of an object.</param>
    public static ToolChoice ReadChoice(RequestFields fields, Func<RequestFields, RequestFields> named)
    {
        if (fields.Any("tool_choice") is not { ValueKind: JsonValueKind.Object })
        {
            return fields.Text("tool_choice") switch
            {
                null or "auto" => ToolChoice.Auto,
                "none" => ToolChoice.None,
                "required" => ToolChoice.Required,
                _ => throw fields.Wrong("tool_choice", "none, auto, required, or an object that names a tool"),
            };
        }
        var choice = fields.Object("tool_choice")!.Value;
        if (choice.RequiredText("type") != "function")
            throw RequestException.Unsupported("tool_choice.type", "a choice of another kind", "function", "name one tool, or say none, auto or required");
        return ToolChoice.Function(ToolFields.Name(named(choice)));
    }

    private static List<ChatMessage> ReadMessages(RequestFields fields)
    {
        var messages = fields.Objects("messages") ?? throw fields.Wrong("messages", "an array of messages");
        if (messages.Count == 0)
            throw fields.Wrong("messages", "at least one message");
        return [.. messages.Select(ReadMessage)];
    }

    /// <summary>A message of a chat, or one of text of a response.</summary>
    public static ChatMessage ReadMessage(RequestFields message)
    {
        var role = message.RequiredText("role");
        if (role is not ("system" or "developer" or "user" or "assistant" or "tool"))
            throw RequestException.Unsupported(message.PlaceOf("role"), "a role of another kind", "system, developer, user, assistant or tool", "mend the request");
        if (message.Any("function_call") is not null)
            throw RequestException.Unsupported(message.PlaceOf("function_call"), "a call of a function", "tool_calls", "send it as one of tool_calls");
        return new ChatMessage(role == "developer" ? "system" : role, ContentOf(message, isOptional: role == "assistant"))
        {
            ToolCalls = role == "assistant" ? [.. (message.Objects("tool_calls") ?? []).Select(ReadCall)] : [],
            ToolCallId = role == "tool" ? message.RequiredText("tool_call_id") : null,
            Name = role == "tool" ? message.Text("name") : null,
            Reasoning = role == "assistant" ? message.Text("reasoning_content") : null,
        };
    }

    private static ToolCall ReadCall(RequestFields call)
    {
        var function = call.Object("function") ?? throw call.Wrong("function", "an object with name and arguments");
        return new ToolCall(call.RequiredText("id"), ToolFields.Name(function), ToolFields.Arguments(function, "arguments"));
    }

    private static string ContentOf(RequestFields message, bool isOptional) =>
        isOptional && message.Any("content") is null ? "" : ContentOf(message, "content");

    /// <summary>A text, or parts that are one.</summary>
    public static string ContentOf(RequestFields message, string name)
    {
        if (message.Any(name) is not { } content)
            throw message.Wrong(name, "a text, or an array of parts");
        if (content.ValueKind != JsonValueKind.Array)
            return message.Text(name)!;
        var text = new StringBuilder();
        foreach (var part in message.Objects(name)!)
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
