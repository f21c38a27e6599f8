using System.Collections.ObjectModel;
using System.Globalization;
using Temoto.Generation;

namespace Temoto;

/// <summary>
/// How text is generated. A value left null is taken from the checkpoint's generation_config.json, and from the default named here where that
/// says nothing.
/// </summary>
public sealed record GenerationOptions
{
    /// <summary>Of <see cref="TopLogprobs"/>.</summary>
    internal const int MostLogprobs = 20;

    /// <summary>Most tokens to generate; the context ends it earlier.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Logits are divided by it; 0 always takes the likeliest token. Default 0.8.</summary>
    public float? Temperature { get; init; }

    /// <summary>Only the k likeliest tokens are drawn from; 0 is off. Default off.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the smallest set of tokens whose probabilities reach p (Holtzman et al., arXiv 1904.09751); 1 is off. Default off.</summary>
    public float? TopP { get; init; }

    /// <summary>Only tokens at least this share as likely as the likeliest (Nguyen et al., arXiv 2407.01082); 0 is off. Default off.</summary>
    public float? MinP { get; init; }

    /// <summary>Logits of tokens already in the text are divided (positive) or multiplied (negative) by it (Keskar et al., arXiv 1909.05858); 1 is off.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Subtracted from the logit of every token generated so far; 0 is off.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit once for every time it was generated; 0 is off.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Whether tokens are guessed and computed ahead. The text is the same, bit for bit; null is <see cref="DraftChoice.Off"/>.</summary>
    public DraftChoice? Draft { get; init; }

    /// <summary>Whether what is kept of a text that begins alike may take the place of computing the prompt anew.</summary>
    public bool ReusePrompt { get; init; } = true;

    /// <summary>Same seed, same text (on the same kernels). Null draws a seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Generation ends before the first of these texts, wherever token borders fall.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>The form that the answer is held to; null leaves it free.</summary>
    public AnswerForm? Form { get; init; }

    /// <summary>Added to the logits of tokens before all else, by id; from -100, which practically forbids a token, to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = ReadOnlyDictionary<int, float>.Empty;

    /// <summary>
    /// How many of the likeliest tokens are told beside each one drawn, 0 to 20, with the natural logarithms of their probabilities; null tells none. They are the model's own, before
    /// bias, penalties and temperature. For <see cref="Session.StreamAsync"/>.
    /// </summary>
    public int? TopLogprobs { get; init; }

    /// <exception cref="ArgumentException">A value cannot be used; the message names the property.</exception>
    internal void Check()
    {
        if (MaxTokens < 0)
            throw new OptionException($"{nameof(GenerationOptions)}.{nameof(MaxTokens)}", MaxTokens, $"{MaxTokens}", "0 or more", "leave it out for the default");
        Check(nameof(Temperature), Temperature, SamplingSettings.Temperatures);
        Check(nameof(TopK), TopK, (0, int.MaxValue));
        Check(nameof(TopP), TopP, SamplingSettings.Shares);
        Check(nameof(MinP), MinP, SamplingSettings.Shares);
        Check(nameof(RepetitionPenalty), RepetitionPenalty, SamplingSettings.Factors);
        Check(nameof(PresencePenalty), PresencePenalty, SamplingSettings.Penalties);
        Check(nameof(FrequencyPenalty), FrequencyPenalty, SamplingSettings.Penalties);
        if (TopLogprobs is < 0 or > MostLogprobs)
            throw new OptionException($"{nameof(GenerationOptions)}.{nameof(TopLogprobs)}", TopLogprobs, $"{TopLogprobs}", $"0 to {MostLogprobs}", "leave it out for none");
        if (LogitBias is null)
            throw new ArgumentNullException($"{nameof(GenerationOptions)}.{nameof(LogitBias)}", "leave it empty for none");
        // Most have none, and do without an enumerator that would be compiled at its first use.
        if (LogitBias.Count > 0)
        {
            foreach (var (_, bias) in LogitBias)
                Check(nameof(LogitBias), bias, SamplingSettings.Biases);
        }
        if (Stop is null)
            throw new ArgumentNullException($"{nameof(GenerationOptions)}.{nameof(Stop)}", "leave it empty for none");
        if (Stop.Any(string.IsNullOrEmpty))
            throw new OptionException($"{nameof(GenerationOptions)}.{nameof(Stop)}", null, "an empty text", "texts of at least one character", "leave it out");
    }

    private static void Check(string name, float? value, (float Least, float Most) range)
    {
        if (value is { } given && !(given >= range.Least && given <= range.Most))
            throw new OptionException($"{nameof(GenerationOptions)}.{name}", given, Shown(given), $"a number from {Shown(range.Least)} to {Shown(range.Most)}", "leave it out for the default");
    }

    private static string Shown(float value) => value.ToString(CultureInfo.InvariantCulture);
}
