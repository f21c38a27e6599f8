using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Sections;

/// <summary>All figures of a phase's operations.</summary>
internal static class OperationTable
{
    public static void Write(Page page, SimulatedPhase phase)
    {
        var texts = page.Texts;
        ReportTable.Write(
            page,
            "scroll dense",
            [
                new(texts[Phrase.Operation]), new(texts[Phrase.Device]), Column(Phrase.Times, NumberLabel.Computed), Column(Phrase.Time, NumberLabel.Simulated), Column(Phrase.Fetch, NumberLabel.Simulated),
                Column(Phrase.Compute, NumberLabel.Simulated), Column(Phrase.Store, NumberLabel.Simulated), Column(Phrase.Launch, NumberLabel.Simulated), new(texts[Phrase.BoundBy]),
                Column(Phrase.Cycles, NumberLabel.Simulated), Column(Phrase.Traffic, NumberLabel.Computed), Column(Phrase.Operations, NumberLabel.Computed), Column(Phrase.Energy, NumberLabel.Simulated),
            ],
            phase.Operations.Select((operation, i) => Row(texts, operation, i + 1, hasPower: operation.Joules > 0)));

        ReportColumn Column(Phrase phrase, NumberLabel label) => ReportColumn.Numbers(texts, phrase, label);
    }

    private static IReadOnlyList<ReportCell> Row(Texts texts, SimulatedOperation operation, int number, bool hasPower) =>
    [
        ReportCell.Data($"{number}  {operation.Name}{(operation.Mode is { } mode ? $" ({mode.ToString().ToUpperInvariant()})" : "")}"),
        ReportCell.Data(operation.Device),
        new(Digits.Short(operation.Times)),
        new(Digits.Si(operation.Seconds, "s")),
        new(Digits.Si(operation.FetchSeconds, "s")),
        new(Digits.Si(operation.ComputeSeconds, "s")),
        new(Digits.Si(operation.StoreSeconds, "s")),
        new(Digits.Si(operation.LaunchSeconds, "s")),
        new(texts.BoundBy(operation.BoundBy)),
        new(operation.Cycles is { } cycles ? Digits.Si(cycles.Total, "") : "–"),
        new(Digits.Si(operation.Traffic.Total, "B")),
        new(Digits.Si(operation.Operations, "")),
        new(hasPower ? Digits.Si(operation.Joules, "J") : "–"),
    ];
}
