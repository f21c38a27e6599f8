using System.Text;
using Temoto.Evaluation.Serving;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>What loads on a server showed, as a table for people and as JSON. All figures are measured; tokens are counted by the server.</summary>
internal sealed class ServerLoadReport(Uri server, string model, int requests, int sharedTokens, ServerGoal? goal, IReadOnlyList<ServerLoadResult> results)
{
    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"{server}: model {StandardOutput.Line(model)}, {requests} requests of each load{(sharedTokens == 0 ? "" : Invariant($", whose first {sharedTokens} tokens of the prompt are alike"))}; times from the moment at which a request was due"));
        text.AppendLine();
        text.AppendLine($"| load | whole answers | refused | failed | tokens/s, all answers | answers/s | {(goal is { } named ? Invariant($"answers/s in time ({named.FirstTokenSeconds * 1e3:0.###} ms, then {named.TokenSeconds * 1e3:0.###} ms a token) | ") : "")}first token, ms: p50 / p90 / p99 | each token after it, ms | whole answer, ms | tokens: prompt (cached), answer |");
        text.AppendLine($"|---|---:|---:|---:|---:|---:|{(goal is null ? "" : "---:|")}---:|---:|---:|---:|");
        foreach (var result in results)
        {
            text.Append(Invariant($"| {result.Test.Name} | {result.Whole.Count} | {result.Refused} | {result.Failed} | {result.AnswerTokensPerSecond:0.0} | {result.RequestsPerSecond:0.00} "));
            if (goal is { } asked)
                text.Append(Invariant($"| {result.GoodRequestsPerSecond(asked):0.00} "));
            text.Append($"| {Cell(result.FirstTokenSeconds)} | {Cell(result.TokenSeconds)} | {Cell(result.AnswerSeconds)} ");
            text.AppendLine(Invariant($"| {result.MeanPromptTokens:0} ({result.MeanCachedTokens:0}), {result.MeanAnswerTokens:0} |"));
        }
        foreach (var result in results.Where(result => result.Fault is not null))
            text.AppendLine().Append(Invariant($"{result.Test.Name} failed: {StandardOutput.Line(result.Fault!)}"));
        return text.ToString().TrimEnd();
    }

    public string Json() => Cli.Json.Document(
        new ServerLoadWritten(server.ToString(), model, requests, sharedTokens, goal is { } given ? new ServerGoalFigures(given.FirstTokenSeconds, given.TokenSeconds) : null, results.Select(Figures)),
        ResultContext.Default.ServerLoadWritten);

    private ServerLoadFigures Figures(ServerLoadResult result) => new(
        result.Test.Name, result.Test.Clients, result.Test.RequestsPerSecond, result.Whole.Count, result.Refused, result.Failed, result.Fault, result.Seconds,
        result.AnswerTokensPerSecond, result.RequestsPerSecond, goal is { } given ? result.GoodRequestsPerSecond(given) : null,
        result.FirstTokenSeconds, result.TokenSeconds, result.AnswerSeconds, result.MeanPromptTokens, result.MeanCachedTokens, result.MeanAnswerTokens);

    private static string Cell(Percentiles? seconds) => seconds is { } values ? Invariant($"{values.P50 * 1e3:0.0} / {values.P90 * 1e3:0.0} / {values.P99 * 1e3:0.0}") : "";
}

/// <summary>The document of <c>bench --server</c>.</summary>
internal sealed record ServerLoadWritten(string Server, string Model, int Requests, int SharedTokens, ServerGoalFigures? Goal, IEnumerable<ServerLoadFigures> Results);

internal sealed record ServerGoalFigures(double FirstTokenSeconds, double TokenSeconds);

/// <summary>One load.</summary>
/// <param name="Fault">Of the first request that failed.</param>
/// <param name="GoodAnswersPerSecond">Answers that kept the goal; left out where there is none.</param>
internal sealed record ServerLoadFigures(
    string Load, int? Clients, double? RequestsPerSecond, int Whole, int Refused, int Failed, string? Fault, double Seconds,
    double TokensPerSecond, double AnswersPerSecond, double? GoodAnswersPerSecond,
    Percentiles? FirstTokenSeconds, Percentiles? TokenSeconds, Percentiles? AnswerSeconds, double MeanPromptTokens, double MeanCachedTokens, double MeanAnswerTokens);
