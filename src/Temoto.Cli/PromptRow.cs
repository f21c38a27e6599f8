using System.Text;
using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Cli;

/// <summary>
/// One line of a file of prompts in JSON Lines: <c>{"prompt": "text"}</c> or <c>{"messages": [{"role", "content"}]}</c>, with an id to find the answer by and
/// generation options of its own.
/// </summary>
/// <param name="Source">File and line, for errors.</param>
/// <param name="Id">As it is to be given back: JSON; null where the line has none.</param>
/// <param name="Prompt">Null where there are messages.</param>
/// <param name="Messages">With the system message that belongs to a prompt; the prompt itself is the last.</param>
internal sealed record PromptRow(string Source, string? Id, string? Prompt, IReadOnlyList<ChatMessage> Messages, GenerationOptions Options)
{
    private const string Expected = "{\"prompt\": \"text\"} or {\"messages\": [{\"role\": .., \"content\": ..}]}";
    private const string Keys = "id, prompt, system, messages, max_tokens, temperature, top_k, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty, seed, stop";
    private const string Mend = "mend the line";

    /// <summary>Reads all lines, or none: the first that cannot be used is an error. Blank lines are passed over.</summary>
    /// <param name="common">Options of lines that do not say otherwise.</param>
    /// <param name="system">The system message of prompts that bring none.</param>
    public static IReadOnlyList<PromptRow> ReadAll(string text, string file, GenerationOptions common, string? system)
    {
        var rows = new List<PromptRow>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                rows.Add(Read(line, $"{file}:{number}", common, system));
        }
        return rows.Count > 0 ? rows : throw new InputException(file, null, "no lines", "JSON Lines: " + Expected, "give a prompt in each line");
    }

    private static PromptRow Read(string line, string source, GenerationOptions common, string? system)
    {
        try
        {
            using var document = JsonFile.ParseText(Encoding.UTF8.GetBytes(line));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Wrong(source, null, document.RootElement, Expected);
            return new Reader(source, common, system).Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair in a string.
            throw new InputException(source, null, error.Message.ReplaceLineEndings(" ").TrimEnd('.'), Expected, Mend);
        }
        catch (OptionException error)
        {
            throw error.From(source, error.Key, Mend);
        }
    }

    private static InputException Wrong(string source, string? key, JsonElement found, string expected) => new(source, key, found.GetRawText(), expected, Mend);

    /// <summary>What the members of one line come to.</summary>
    private sealed class Reader(string source, GenerationOptions common, string? system)
    {
        private GenerationOptions options = common;
        private string? id;
        private string? prompt;
        private List<ChatMessage>? messages;
        private bool ownSystem;

        public PromptRow Read(JsonElement row)
        {
            foreach (var member in row.EnumerateObject())
                Take(member.Name, member.Value);
            if (prompt is null == messages is null)
                throw new InputException(source, null, prompt is null ? "neither prompt nor messages" : "both prompt and messages", Expected, Mend);
            if (messages is not null && ownSystem)
                throw new InputException(source, "system", "it beside messages", "a message of the role system", Mend);
            options.Check();
            return new PromptRow(source, id, prompt, messages ?? Conversation(), options);
        }

        private List<ChatMessage> Conversation() => system is null ? [new("user", prompt!)] : [new("system", system), new("user", prompt!)];

        private void Take(string key, JsonElement value)
        {
            switch (key)
            {
                case "id":
                    id = value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.GetRawText() : throw Wrong(source, key, value, "a string or a number");
                    break;
                case "prompt":
                    prompt = Text(key, value);
                    break;
                case "system":
                    (system, ownSystem) = (Text(key, value), true);
                    break;
                case "messages":
                    messages = [.. Items(key, value).Select(Message)];
                    if (messages.Count == 0)
                        throw new InputException(source, key, "an empty list", "at least one message", Mend);
                    break;
                default:
                    options = With(key, value);
                    break;
            }
        }

        private GenerationOptions With(string key, JsonElement value) => key switch
        {
            "max_tokens" => options with { MaxTokens = Integer(key, value) },
            "temperature" => options with { Temperature = Number(key, value) },
            "top_k" => options with { TopK = Integer(key, value) },
            "top_p" => options with { TopP = Number(key, value) },
            "min_p" => options with { MinP = Number(key, value) },
            "repetition_penalty" => options with { RepetitionPenalty = Number(key, value) },
            "presence_penalty" => options with { PresencePenalty = Number(key, value) },
            "frequency_penalty" => options with { FrequencyPenalty = Number(key, value) },
            "seed" => options with { Seed = Seed(key, value) },
            "stop" => options with { Stop = value.ValueKind == JsonValueKind.String ? [Text(key, value)] : [.. Items(key, value).Select(item => Text(key, item))] },
            _ => throw new InputException(source, key, "an unknown key", $"one of {Keys}", "correct it or leave it out"),
        };

        private ChatMessage Message(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object)
                throw Wrong(source, "messages", value, "objects with role and content");
            var (role, content) = ("", (string?)null);
            foreach (var member in value.EnumerateObject())
            {
                _ = member.Name switch
                {
                    "role" => role = Text("role", member.Value),
                    "content" => content = Text("content", member.Value),
                    _ => throw new InputException(source, $"messages: {member.Name}", "an unknown key", "role and content", "leave it out"),
                };
            }
            if (string.IsNullOrWhiteSpace(role) || content is null)
                throw new InputException(
                    source, "messages", string.IsNullOrWhiteSpace(role) ? "a message without a role" : "a message without content", "role and content",
                    Mend);
            return new ChatMessage(role, content);
        }

        private JsonElement.ArrayEnumerator Items(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(source, key, value, "a list");

        private string Text(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(source, key, value, "a string");

        private int Integer(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(source, key, value, "a whole number");

        private float Number(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) ? number : throw Wrong(source, key, value, "a number");

        private ulong Seed(string key, JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number : throw Wrong(source, key, value, "a whole number of 0 or more");
    }
}
