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
        Check("temperature", settings.Temperature, 0, 100);
        Check("top-k", settings.TopK, 0, int.MaxValue);
        Check("top-p", settings.TopP, 0, 1);
        Check("min-p", settings.MinP, 0, 1);
        Check("repeat-penalty", settings.RepetitionPenalty, 0.01f, 100);
        Check("presence-penalty", settings.PresencePenalty, -100, 100);
        Check("frequency-penalty", settings.FrequencyPenalty, -100, 100);
        return settings;
    }

    private static void Check(string name, float value, float smallest, float largest)
    {
        if (!(value >= smallest && value <= largest))
            throw new InputException($"--{name}", null, $"{value}", $"a number from {smallest} to {largest}", "change the option, or the checkpoint's generation_config.json if it says so");
    }
}
