namespace Temoto.Evaluation.Serving;

/// <summary>What a load showed. All times are measured from the moment at which a request was due.</summary>
/// <param name="Seconds">From the first request to the end of the last answer.</param>
internal sealed record ServerLoadResult(ServerTest Test, IReadOnlyList<ServerAnswer> Answers, double Seconds)
{
    public IReadOnlyList<ServerAnswer> Whole { get; } = [.. Answers.Where(answer => answer.End == AnswerEnd.Whole)];

    public int Refused => Answers.Count(answer => answer.End == AnswerEnd.Refused);

    public int Failed => Answers.Count(answer => answer.End == AnswerEnd.Failed);

    /// <summary>Of the first that failed; null where none did.</summary>
    public string? Fault => Answers.FirstOrDefault(answer => answer.Fault is not null)?.Fault;

    public double RequestsPerSecond => Whole.Count / Seconds;

    /// <summary>Tokens that the server made, of whole answers.</summary>
    public double AnswerTokensPerSecond => Whole.Sum(answer => (long)answer.AnswerTokens) / Seconds;

    public Percentiles? FirstTokenSeconds => Percentiles.Of(Whole.Select(answer => answer.FirstTokenSeconds));

    public Percentiles? TokenSeconds => Percentiles.Of(Whole.Select(answer => answer.TokenSeconds).OfType<double>());

    public Percentiles? AnswerSeconds => Percentiles.Of(Whole.Select(answer => answer.Seconds));

    public double MeanPromptTokens => Whole.Count == 0 ? 0 : Whole.Average(answer => answer.PromptTokens);

    public double MeanCachedTokens => Whole.Count == 0 ? 0 : Whole.Average(answer => answer.CachedTokens);

    public double MeanAnswerTokens => Whole.Count == 0 ? 0 : Whole.Average(answer => answer.AnswerTokens);

    /// <summary>Answers a second that kept both times (goodput).</summary>
    public double GoodRequestsPerSecond(ServerGoal goal) => Whole.Count(goal.IsKept) / Seconds;
}

/// <summary>What an answer may take.</summary>
internal readonly record struct ServerGoal(double FirstTokenSeconds, double TokenSeconds)
{
    public bool IsKept(ServerAnswer answer) => answer.FirstTokenSeconds <= FirstTokenSeconds && !(answer.TokenSeconds > TokenSeconds);
}
