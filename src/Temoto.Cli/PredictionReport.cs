using System.Text;
using Temoto.Evaluation.Benchmarking;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using static System.FormattableString;

namespace Temoto.Cli;

/// <summary>Predictions alone, and beside what was measured; as a table and as JSON.</summary>
/// <param name="board">What predictions rest on.</param>
internal sealed class PredictionReport(Board board, IReadOnlyList<PredictedTest> predictions)
{
    /// <summary>In the order of the predictions; empty where nothing was measured.</summary>
    public IReadOnlyList<ComparedTest> Compared { get; set; } = [];

    /// <summary>The document that is written before anything is timed.</summary>
    public string Predictions() => Cli.Json.Document(new PredictionsWritten(ProfileBoard.Of(board), predictions.Select(Figures)), ResultContext.Default.PredictionsWritten);

    public string Json(int rounds) => Compared.Count == 0
        ? Predictions()
        : Cli.Json.Document(
            new PredictionsCompared(
                HostProcessor.FullName, rounds, ProfileBoard.Of(board), Compared.Select(Figures),
                ErrorFigures.Of(PredictionErrors.Of(Errors(test => test.Error))), ErrorFigures.Of(PredictionErrors.Of(Errors(test => test.ErrorAtThatRate)))),
            ResultContext.Default.PredictionsCompared);

    public string Markdown(int rounds)
    {
        var text = new StringBuilder();
        text.AppendLine(Invariant($"predictions (computed before the first measurement) of {HostProcessor.FullName}{(Compared.Count == 0 ? "" : Invariant($" and {rounds} interleaved rounds after one that is not counted"))}; milliseconds of a prompt, a picture, or a token of each sequence"));
        text.AppendLine($"board {StandardOutput.Line(board.Name)}; {string.Join("; ", BoardEvidence.Of(board).Select(evidence => StandardOutput.Line(evidence.ToString())))}");
        text.AppendLine();
        if (Compared.Count == 0)
            AppendPredictions(text);
        else
            AppendComparison(text);
        return text.ToString().TrimEnd();
    }

    private void AppendPredictions(StringBuilder text)
    {
        text.AppendLine("| model | weights | test | dataflow | kv | predicted, ms |");
        text.AppendLine("|---|---|---|---|---|---:|");
        foreach (var test in predictions)
            text.AppendLine(Invariant($"{Cells(test)} {test.Seconds * 1e3:0.00} |"));
    }

    private void AppendComparison(StringBuilder text)
    {
        text.AppendLine("| model | weights | test | dataflow | kv | predicted, ms | measured, ms, median (min to max) | error, % | memory in the rounds, GB/s | predicted at the bandwidth of the rounds, ms | error, % |");
        text.AppendLine("|---|---|---|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var test in Compared)
        {
            var measured = test.MeasuredSeconds;
            text.Append(Invariant($"{Cells(test.Predicted)} {test.Predicted.Seconds * 1e3:0.00} | {measured.Median * 1e3:0.00} ({measured.Min * 1e3:0.00} to {measured.Max * 1e3:0.00}) | {test.Error * 100:+0;-0;0} "));
            text.AppendLine(Invariant($"| {test.ReadBytesPerSecond / 1e9:0.0} | {test.SecondsAtThatRate * 1e3:0.00} | {test.ErrorAtThatRate * 100:+0;-0;0} |"));
        }
        text.AppendLine();
        text.AppendLine(Invariant($"error of {Compared.Count} predictions: {Line(PredictionErrors.Of(Errors(test => test.Error)))}"));
        text.AppendLine(Invariant($"with memory as fast as in the rounds of each model ({predictions[0].ReadBytesPerSecond / 1e9:0.0} GB/s by the board): {Line(PredictionErrors.Of(Errors(test => test.ErrorAtThatRate)))}"));
    }

    private static string Line(PredictionErrors errors) => Invariant($"median {errors.Median * 100:0.0} %, {errors.ShareWithin * 100:0} % of them within {PredictionErrors.Bound * 100:0} %");

    private List<double> Errors(Func<ComparedTest, double> error) => [.. Compared.Select(error)];

    private static string Cells(PredictedTest test) => $"| {StandardOutput.Line(test.Model)} | {test.Weights} | {test.Test.Name} | {test.Dataflow} | {test.Kv} |";

    private static PredictionFigures Figures(PredictedTest test) => new(test.Model, test.Weights, test.Test.Name, test.Dataflow, test.Kv, test.Seconds);

    private static ComparisonFigures Figures(ComparedTest test) => new(
        test.Predicted.Model, test.Predicted.Weights, test.Predicted.Test.Name, test.Predicted.Dataflow, test.Predicted.Kv, test.Predicted.Seconds,
        SpreadFigures.Of(test.MeasuredSeconds), test.Error, test.ReadBytesPerSecond / 1e9, test.SecondsAtThatRate, test.ErrorAtThatRate);
}

/// <summary>The document that <c>bench --predict</c> writes.</summary>
internal sealed record PredictionsWritten(ProfileBoard Board, IEnumerable<PredictionFigures> Predictions);

/// <summary>One prediction; computed. Seconds of a whole prompt or picture, or of a token of each sequence.</summary>
internal sealed record PredictionFigures(string Model, string Weights, string Test, string Dataflow, string Kv, double PredictedSeconds);

/// <summary>The document of <c>bench --predict</c> with what was measured.</summary>
internal sealed record PredictionsCompared(
    string Cpu, int Repetitions, ProfileBoard Board, IEnumerable<ComparisonFigures> Predictions, ErrorFigures Errors, ErrorFigures ErrorsAtTheBandwidthOfTheRounds);

/// <summary>One prediction and its measurement; an error is the prediction over the measured median, less 1.</summary>
internal sealed record ComparisonFigures(
    string Model, string Weights, string Test, string Dataflow, string Kv, double PredictedSeconds, SpreadFigures MeasuredSeconds, double Error,
    double ReadBandwidthGigabytesPerSecond, double PredictedSecondsAtThatBandwidth, double ErrorAtThatBandwidth);

/// <summary>How far predictions lie from measurements, whatever the direction.</summary>
internal sealed record ErrorFigures(double Median, double Bound, double ShareWithinBound)
{
    public static ErrorFigures Of(PredictionErrors errors) => new(errors.Median, PredictionErrors.Bound, errors.ShareWithin);
}
