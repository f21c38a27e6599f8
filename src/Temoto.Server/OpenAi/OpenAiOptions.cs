using Temoto.Server.Http;

namespace Temoto.Server.OpenAi;

/// <summary>What chat and text completions have in common of a request.</summary>
/// <param name="Generation">How each text is generated; of several, each with the next seed.</param>
/// <param name="Choices">Texts for each prompt.</param>
/// <param name="IgnoreEnd">The model does not end a text: llama.cpp's and vLLM's field, which makes texts of equal length to time a server by.</param>
internal sealed record OpenAiOptions(GenerationOptions Generation, int Choices, bool IgnoreEnd, bool Stream, bool IncludeUsage, bool IncludeFigures)
{
    private const int MostChoices = 128;

    /// <summary>A bias that practically forbids a token.</summary>
    private const float Never = -100;

    /// <param name="mostTokens">Where the request says nothing.</param>
    public static OpenAiOptions Read(RequestFields fields, int mostTokens)
    {
        var limit = fields.Count("max_completion_tokens", 0, int.MaxValue) ?? fields.Count("max_tokens", 0, int.MaxValue) ?? mostTokens;
        var generation = new GenerationOptions
        {
            MaxTokens = limit,
            Temperature = fields.Number("temperature", 0, 2),
            TopP = fields.Number("top_p", 0, 1),
            TopK = fields.Count("top_k", -1, int.MaxValue) is { } topK ? Math.Max(topK, 0) : null,
            MinP = fields.Number("min_p", 0, 1),
            RepetitionPenalty = fields.Number("repetition_penalty", 0.01, 100) ?? fields.Number("repeat_penalty", 0.01, 100),
            PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? 0,
            Seed = (ulong?)fields.Whole("seed", long.MinValue, long.MaxValue),
            Stop = fields.Stops("stop"),
            LogitBias = Bias(fields),
            Form = AnswerForms.OfOpenAi(fields),
            ReusePrompt = fields.Flag("cache_prompt") ?? true,
        };
        var stream = fields.Object("stream_options");
        return new OpenAiOptions(
            generation,
            fields.Count("n", 1, MostChoices) ?? 1,
            fields.Flag("ignore_eos") ?? false,
            fields.Flag("stream") ?? false,
            stream?.Flag("include_usage") ?? false,
            stream?.Flag("include_figures") ?? false);
    }

    /// <summary>The options of one of several texts: the same seed would give the same text.</summary>
    public GenerationOptions Choice(int index, LanguageModel model) => Generation with
    {
        Seed = Generation.Seed + (ulong)index,
        LogitBias = IgnoreEnd ? WithoutEnd(model) : Generation.LogitBias,
    };

    private Dictionary<int, float> WithoutEnd(LanguageModel model)
    {
        var bias = new Dictionary<int, float>(Generation.LogitBias);
        foreach (var end in model.EndTokenIds)
            bias[end] = Never;
        return bias;
    }

    private static Dictionary<int, float> Bias(RequestFields fields)
    {
        var bias = new Dictionary<int, float>();
        if (fields.Any("logit_bias") is not { } given)
            return bias;
        var biases = RequestFields.Of(given, "logit_bias");
        foreach (var member in given.EnumerateObject())
        {
            if (!int.TryParse(member.Name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id))
                throw RequestException.Bad("logit_bias", "a key that is no token id", "token ids with a number from -100 to 100 each", "see /tokenize for ids");
            bias[id] = biases.Number(member.Name, -100, 100) ?? 0;
        }
        return bias;
    }
}
