using Temoto.Formats.Checkpoints;

namespace Temoto.Generation;

/// <summary>Sampling values after options, checkpoint and defaults were merged; checked.</summary>
internal readonly record struct SamplingSettings(
    float Temperature,
    int TopK,
    float TopP,
    float MinP,
    float RepetitionPenalty,
    float PresencePenalty,
    float FrequencyPenalty)
{
    private const float DefaultTemperature = 0.8f;

    /// <summary>What each value may be, both ends included; the command line holds its options to the same.</summary>
    public static readonly (float Least, float Most) Temperatures = (0, 100);

    /// <summary>Of top-p and min-p.</summary>
    public static readonly (float Least, float Most) Shares = (0, 1);

    /// <summary>Of the repetition penalty.</summary>
    public static readonly (float Least, float Most) Factors = (0.01f, 100);

    /// <summary>Of the presence and frequency penalties.</summary>
    public static readonly (float Least, float Most) Penalties = (-100, 100);

    /// <summary>Of the logit bias.</summary>
    public static readonly (float Least, float Most) Biases = (-100, 100);

    /// <summary>Added to logits by token id; null or empty for none.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <inheritdoc cref="GenerationOptions.TopLogprobs"/>
    public int? TopLogprobs { get; init; }

    /// <param name="source">Where the defaults come from.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InputException">A default of the checkpoint is.</exception>
    public static SamplingSettings From(GenerationOptions options, GenerationDefaults defaults, string source = "the checkpoint")
    {
        options.Check();
        // do_sample false is how generation_config.json says greedy; a temperature asked for overrides it.
        var temperature = options.Temperature ?? (defaults.DoSample == false ? 0 : defaults.Temperature ?? DefaultTemperature);
        var topK = options.TopK ?? defaults.TopK ?? 0;
        var topP = options.TopP ?? defaults.TopP ?? 1;
        var minP = options.MinP ?? defaults.MinP ?? 0;
        var repetition = options.RepetitionPenalty ?? defaults.RepetitionPenalty ?? 1;
        try
        {
            (options with { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = repetition }).Check();
        }
        catch (OptionException error)
        {
            // The options are in order: it is the checkpoint's.
            throw error.From(source, $"{error.Key} of the generation defaults", $"mend the checkpoint's generation_config.json, or set {error.ParamName}");
        }
        return new SamplingSettings(temperature, topK, topP, minP, repetition, options.PresencePenalty, options.FrequencyPenalty)
        {
            LogitBias = options.LogitBias.Count > 0 ? options.LogitBias : null,
            TopLogprobs = options.TopLogprobs,
        };
    }
}
