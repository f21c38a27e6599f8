namespace Temoto.Evaluation.Serving;

/// <summary>What became of one request. Times are seconds from the moment at which it was due.</summary>
internal sealed record ServerAnswer
{
    public required AnswerEnd End { get; init; }

    /// <summary>Why it failed, in one line; null where it did not.</summary>
    public string? Fault { get; init; }

    /// <summary>Until the first piece of text came.</summary>
    public double FirstTokenSeconds { get; init; }

    /// <summary>Until the last one came.</summary>
    public double Seconds { get; init; }

    /// <summary>As the server counts.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Of the prompt, those that the server had computed before.</summary>
    public int CachedTokens { get; init; }

    /// <summary>As the server counts; pieces of text, where it does not say.</summary>
    public int AnswerTokens { get; init; }

    /// <summary>Between two tokens, on the average of the answer; null for an answer of one.</summary>
    public double? TokenSeconds => AnswerTokens > 1 ? (Seconds - FirstTokenSeconds) / (AnswerTokens - 1) : null;
}

internal enum AnswerEnd
{
    /// <summary>It came whole.</summary>
    Whole,

    /// <summary>The server has no place for it now (429, 503).</summary>
    Refused,

    /// <summary>All else.</summary>
    Failed,
}
