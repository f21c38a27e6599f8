using Temoto.Formats;

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

    public static SamplingSettings From(GenerationOptions options, GenerationDefaults defaults)
    {
        // do_sample false is how generation_config.json says greedy; a temperature asked for overrides it.
        var temperature = options.Temperature ?? (defaults.DoSample == false ? 0 : defaults.Temperature ?? DefaultTemperature);
        var settings = new SamplingSettings(
            temperature,
            options.TopK ?? defaults.TopK ?? 0,
            options.TopP ?? defaults.TopP ?? 1,
            options.MinP ?? defaults.MinP ?? 0,
            options.RepetitionPenalty ?? defaults.RepetitionPenalty ?? 1,
            options.PresencePenalty,
            options.FrequencyPenalty);
        Check("temperature", settings.Temperature, Temperatures);
        Check("top-k", settings.TopK, (0, int.MaxValue));
        Check("top-p", settings.TopP, Shares);
        Check("min-p", settings.MinP, Shares);
        Check("repeat-penalty", settings.RepetitionPenalty, Factors);
        Check("presence-penalty", settings.PresencePenalty, Penalties);
        Check("frequency-penalty", settings.FrequencyPenalty, Penalties);
        return settings;
    }

    private static void Check(string name, float value, (float Least, float Most) range)
    {
        if (!(value >= range.Least && value <= range.Most))
            throw new InputException($"--{name}", null, $"{value}", $"a number from {range.Least} to {range.Most}", "change the option, or the checkpoint's generation_config.json if it says so");
    }
}
