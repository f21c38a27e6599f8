namespace Temoto;

/// <summary>A token and how likely the model found it, before bias, penalties and temperature.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">The natural logarithm of its probability.</param>
public readonly record struct TokenLogprob(int TokenId, float Logprob);

/// <summary>
/// One step of a generation: a token and the text that it completes. The last piece has no token but the reason why there is no more, the text that was held back until then, and the figures.
/// </summary>
public sealed record GeneratedPiece
{
    /// <summary>The token; null in the last piece. End tokens are not told.</summary>
    public int? TokenId { get; init; }

    /// <summary>The text that is certain with this token. Empty for half a character, and for what may be the beginning of a stop text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Of <see cref="TokenId"/>; null where <see cref="GenerationOptions.TopLogprobs"/> asks for none.</summary>
    public float? Logprob { get; init; }

    /// <summary>The likeliest tokens in this place, the likeliest first; as many as <see cref="GenerationOptions.TopLogprobs"/> asks for.</summary>
    public IReadOnlyList<TokenLogprob> TopLogprobs { get; init; } = [];

    /// <summary>Why generation ended; <see cref="FinishReason.None"/> until the last piece.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>Figures of the generation, in the last piece.</summary>
    public GenerationStatistics? Statistics { get; init; }
}
