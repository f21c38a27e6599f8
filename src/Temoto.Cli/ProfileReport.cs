using System.Text;
using Temoto.Evaluation.Benchmarking;
using Temoto.Planning;
using Temoto.Plans;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>
/// A <see cref="StepProfile"/> in the form of Table I of "On-Device Qwen2.5" (arXiv 2504.17376): each operation with its time, per layer and in all, and its share; beside it the price that
/// the planner computes for it. Times are measured, prices computed.
/// </summary>
internal static class ProfileReport
{
    /// <summary>Tables show tenths of a microsecond: a sum is the sum of what the rows show.</summary>
    private const int Decimals = 1;

    public static string Markdown(StepProfile profile, BenchmarkVariant variant, int rounds)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"profile of {profile.Test.Name} ({variant.Dataflow}, kv {variant.Kv}): microseconds of {Thing(profile.Test)}, medians of {rounds} rounds"));
        text.AppendLine();
        text.AppendLine("| operation | kind | layers | µs per layer | µs per run | share, % | priced, µs per run (computed) | measured / priced | bound by |");
        text.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---|");
        foreach (var step in profile.Steps)
        {
            text.Append(Invariant($"| {StandardOutput.Line(step.Row.Name)} | {Kind(step.Row.Kind)} | {step.Row.Layers} | {step.SecondsPerLayer * 1e6:0.0} | {Shown(step.Seconds * 1e6):0.0} "));
            text.AppendLine(Invariant($"| {Shown(Share(profile, step)):0.0} | {Shown(step.PricedSeconds * 1e6):0.0} | {Ratio(step.Seconds, step.PricedSeconds)} | {step.BoundBy.ToString().ToLowerInvariant()} |"));
        }
        var (measured, priced) = (profile.Steps.Sum(step => Shown(step.Seconds * 1e6)), profile.Steps.Sum(step => Shown(step.PricedSeconds * 1e6)));
        text.AppendLine(Invariant($"| sum | | | | {measured:0.0} | {profile.Steps.Sum(step => Shown(Share(profile, step))):0.0} | {priced:0.0} | {Ratio(measured, priced)} | |"));
        text.AppendLine();
        text.AppendLine(Invariant($"the whole run took {Micros(profile.RunSeconds)} without a clock at its steps, {Micros(profile.TimedRunSeconds)} with it; its steps together {profile.StepSeconds * 1e6:0.0}"));
        text.Append($"prices rest on the board {StandardOutput.Line(profile.Board.Name)}, {Setting(profile.Board)}; {string.Join("; ", BoardEvidence.Of(profile.Board).Select(evidence => StandardOutput.Line(evidence.ToString())))}");
        if (BoardEvidence.Of(profile.Board).Any(evidence => evidence.Evidence == Evidence.Assumed))
            text.Append("; measure what is assumed with 'temoto bench --calibrate'");
        return text.ToString();
    }

    public static ProfileFigures Figures(StepProfile profile, BenchmarkVariant variant) => new(
        profile.Test.Name, variant.Dataflow, variant.Kv,
        ProfileBoard.Of(profile.Board),
        SpreadFigures.Of(profile.RunSeconds), SpreadFigures.Of(profile.TimedRunSeconds), profile.StepSeconds, profile.PricedSeconds,
        profile.Steps.Select(step => new ProfileStepFigures(
            step.Row.Name, Kind(step.Row.Kind), step.Row.Layers, step.SecondsPerLayer, step.Seconds, step.Seconds / profile.StepSeconds, step.PricedSeconds,
            step.PricedSeconds > 0 ? step.MeasuredOverPriced : null, step.BoundBy.ToString().ToLowerInvariant())));

    private static string Thing(BenchmarkTest test) => test switch
    {
        { Picture: true } => "a picture",
        { Phase: Phase.Prefill } => "the prompt",
        { Sequences: 1 } => "a token",
        _ => $"a token of each of {test.Sequences} sequences",
    };

    private static string Setting(Board board) => board.Host is { } host ? Invariant($"{host.Threads} threads, kernels {host.Kernels}") : "which is not this computer's";

    private static double Share(StepProfile profile, ProfiledStep step) => 100 * step.Seconds / profile.StepSeconds;

    private static double Shown(double value) => Math.Round(value, Decimals);

    /// <summary>What costs nothing by the price has no ratio.</summary>
    private static string Ratio(double measured, double priced) => priced > 0 ? Invariant($"{measured / priced:0.00}") : "-";

    private static string Micros(Spread seconds) => Invariant($"{seconds.Median * 1e6:0.0} ({seconds.Min * 1e6:0.0} to {seconds.Max * 1e6:0.0})");

    private static string Kind(StepKind kind) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}

/// <summary>The profile of one test. Seconds are of a whole prompt, picture or generated token.</summary>
/// <param name="Board">What prices rest on.</param>
/// <param name="RunSeconds">Measured, without a clock at the steps.</param>
/// <param name="TimedRunSeconds">Measured, with it.</param>
/// <param name="StepSeconds">The sum of the measured seconds of all steps.</param>
/// <param name="PricedSeconds">The sum of their prices; computed.</param>
internal sealed record ProfileFigures(
    string Test, string Dataflow, string Kv, ProfileBoard Board, SpreadFigures RunSeconds, SpreadFigures TimedRunSeconds, double StepSeconds, double PricedSeconds,
    IEnumerable<ProfileStepFigures> Steps);

/// <summary>The board that prices rest on, with the evidence of its figures, the strongest first.</summary>
internal sealed record ProfileBoard(string Name, string? Kernels, int? Threads, IEnumerable<ProfileEvidence> Evidence)
{
    public static ProfileBoard Of(Board board) => new(
        board.Name, board.Host?.Kernels, board.Host?.Threads,
        BoardEvidence.Of(board).Select(evidence => new ProfileEvidence(evidence.Evidence.ToString().ToLowerInvariant(), evidence.Figures, evidence.Sources)));
}

/// <summary>Figures of a board that have the same evidence.</summary>
internal sealed record ProfileEvidence(string Evidence, IEnumerable<string> Figures, IEnumerable<string> Sources);

/// <summary>The steps of one name over all layers. Seconds are measured, priced seconds computed; the ratio is left out where the price is nothing.</summary>
internal sealed record ProfileStepFigures(
    string Name, string Kind, int Layers, double SecondsPerLayer, double Seconds, double Share, double PricedSeconds, double? MeasuredOverPriced, string BoundBy);
