using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Sections;

/// <summary>All phases of a simulation, a row each.</summary>
internal static class PhaseTable
{
    public static void Write(Page page, BoardSimulation simulation)
    {
        var texts = page.Texts;
        ReportTable.Write(
            page,
            "scroll",
            [
                new(texts[Phrase.Phase]), Column(Phrase.Tokens, NumberLabel.Assumed), Column(Phrase.Context, NumberLabel.Assumed), new("Gbit/s", Bandwidth(simulation), IsNumber: true), new(texts[Phrase.Dataflow]),
                Column(Phrase.Time, NumberLabel.Simulated), Column(Phrase.TokensPerSecond, NumberLabel.Simulated), Column(Phrase.Traffic, NumberLabel.Computed), Column(Phrase.Energy, NumberLabel.Simulated), new(texts[Phrase.BoundBy]),
            ],
            simulation.Phases.DistinctBy(phase => (phase.Phase, phase.Tokens, phase.Context, phase.BandwidthGbps, phase.Dataflow)).Select(phase => Row(texts, phase, simulation.Board.Power is not null)));

        ReportColumn Column(Phrase phrase, NumberLabel label) => ReportColumn.Numbers(texts, phrase, label);
    }

    /// <summary>The board's own evidence where only its own bandwidth was simulated.</summary>
    private static NumberLabel Bandwidth(BoardSimulation simulation) => simulation.Phases.Any(phase => phase.BandwidthGbps != BoardVariant.BandwidthGbps(simulation.Board))
        ? NumberLabel.Assumed
        : NumberLabels.Of(simulation.Board.Memory(Plans.MemoryLevel.External).BytesPerSecond.Evidence);

    private static IReadOnlyList<ReportCell> Row(Texts texts, SimulatedPhase phase, bool hasPower)
    {
        var isPrefill = phase.Phase == Plans.Phase.Prefill;
        return
        [
            new(texts[isPrefill ? Phrase.Prefill : Phrase.Decode]),
            new(Digits.Short(phase.Tokens)),
            new(Digits.Short(phase.Context)),
            new(Digits.Of(phase.BandwidthGbps)),
            new(isPrefill ? phase.Dataflow.ToString().ToUpperInvariant() : "–"),
            new(Digits.Si(phase.Seconds, "s")),
            new(Digits.Of(phase.TokensPerSecond)),
            new(Digits.Si(phase.Traffic.Total, "B")),
            new(hasPower ? Digits.Si(phase.Joules, "J") : "–"),
            new(texts.BoundBy(phase.BoundBy)),
        ];
    }
}
