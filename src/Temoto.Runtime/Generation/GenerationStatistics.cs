namespace Temoto;

/// <summary>Why generation ended.</summary>
public enum FinishReason
{
    /// <summary>It has not ended, or nobody read on.</summary>
    None,

    /// <summary>An end token or a stop text.</summary>
    Stop,

    /// <summary>The token limit, <see cref="GenerationOptions.MaxTokens"/>.</summary>
    Length,

    /// <summary>The context is full: the session can hold no further token.</summary>
    Context,

    /// <summary>It was interrupted by its cancellation token.</summary>
    Cancelled,
}

/// <summary>Figures of one generation. Times are measured; bytes are computed from the plan.</summary>
public sealed record GenerationStatistics
{
    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens of the prompt that were in the session's cache already.</summary>
    public int ReusedTokens { get; init; }

    /// <summary>Tokens generated, an end token included.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>From the call to the first token, tokenizing included.</summary>
    public double TimeToFirstTokenSeconds { get; init; }

    /// <summary>From the first token to the last.</summary>
    public double DecodeSeconds { get; init; }

    /// <summary>Prompt tokens computed per second until the first token.</summary>
    public double PrefillTokensPerSecond => TimeToFirstTokenSeconds > 0 ? (PromptTokens - ReusedTokens) / TimeToFirstTokenSeconds : 0;

    /// <summary>Tokens per second after the first.</summary>
    public double DecodeTokensPerSecond => DecodeSeconds > 0 ? (GeneratedTokens - 1) / DecodeSeconds : 0;

    /// <summary>Weight bytes one decoded token reads. Sessions that are computed in one run share them; figures are those of a session that is alone.</summary>
    public long WeightBytesPerToken { get; init; }

    /// <summary>All bytes one decoded token moves (weights, KV cache, activations), mean over the generated tokens; of a session that is alone. Tokens that were guessed right share a run.</summary>
    public long BytesPerToken { get; init; }

    /// <summary>Guesses that were computed ahead of their turn (<see cref="GenerationOptions.Draft"/>).</summary>
    public int DraftedTokens { get; init; }

    /// <summary>How many of <see cref="DraftedTokens"/> were right: so many tokens came without a run of their own.</summary>
    public int AcceptedTokens { get; init; }

    /// <summary>Tokens the session can hold, those of the prompt included.</summary>
    public int ContextTokens { get; init; }

    /// <summary>Why it ended.</summary>
    public FinishReason FinishReason { get; init; }
}
