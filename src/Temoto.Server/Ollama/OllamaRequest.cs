using System.Text.Json;
using Temoto.Server.Http;

namespace Temoto.Server.Ollama;

/// <summary>What <c>/api/chat</c> and <c>/api/generate</c> have in common of a request.</summary>
internal sealed record OllamaRequest(GenerationOptions Generation, bool Stream)
{
    /// <summary>Tools, and whether to think; null leaves it to the model.</summary>
    public ChatOptions Chat { get; init; } = new();

    public static OllamaRequest Read(RequestFields fields)
    {
        RefuseWhatIsNotHere(fields);
        return new OllamaRequest(Options(fields.Object("options")) with { Form = AnswerForms.OfOllama(fields) }, fields.Flag("stream") ?? true) { Chat = new ChatOptions { Tools = ToolFields.ReadNested(fields), Thinking = Thinking(fields) } };
    }

    /// <summary>True, false, or how much: high, medium, low.</summary>
    private static bool? Thinking(RequestFields fields) => fields.Any("think") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } => fields.Text("think") is "high" or "medium" or "low" ? true : throw fields.Wrong("think", "true, false, high, medium or low"),
        _ => fields.Flag("think"),
    };

    private static GenerationOptions Options(RequestFields? given)
    {
        // -1 and -2: until the model ends it, until the context does.
        var options = new GenerationOptions { MaxTokens = int.MaxValue };
        if (given is not { } fields)
            return options;
        return options with
        {
            MaxTokens = fields.Count("num_predict", -2, int.MaxValue) is { } most and >= 0 ? most : int.MaxValue,
            Temperature = fields.Number("temperature", 0, 100),
            TopK = fields.Count("top_k", -1, int.MaxValue) is { } topK ? Math.Max(topK, 0) : null,
            TopP = fields.Number("top_p", 0, 1),
            MinP = fields.Number("min_p", 0, 1),
            RepetitionPenalty = fields.Number("repeat_penalty", 0.01, 100),
            PresencePenalty = fields.Number("presence_penalty", -100, 100) ?? 0,
            FrequencyPenalty = fields.Number("frequency_penalty", -100, 100) ?? 0,
            // Below zero: drawn.
            Seed = fields.Whole("seed", long.MinValue, long.MaxValue) is { } seed and >= 0 ? (ulong)seed : null,
            Stop = fields.Stops("stop"),
        };
    }

    private static void RefuseWhatIsNotHere(RequestFields fields)
    {
        if (fields.Items("images") is { Count: > 0 })
            throw RequestException.Unsupported("images", "pictures", "none", "this model reads text only");
        if (fields.Text("suffix") is { Length: > 0 })
            throw RequestException.Unsupported("suffix", "a text behind the answer", "none", "this server continues texts only");
    }
}
