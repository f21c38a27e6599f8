using Temoto.Simulation.Costing;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Simulation.Report.Sections;

/// <summary>Bars: where the time of a phase goes, operation by operation.</summary>
internal static class BreakdownSection
{
    public static void Write(Page page, SimulatedPhase phase, string name)
    {
        var texts = page.Texts;
        page.OpenFigure(texts.Format(Phrase.BreakdownOf, name), texts[Phrase.BreakdownNote], NumberLabel.Simulated);
        page.Legend(("fetch", texts[Phrase.Fetch]), ("compute", texts[Phrase.Compute]), ("store", texts[Phrase.Store]), ("launch", texts[Phrase.Launch]));
        var all = phase.Seconds;
        BarRow[] rows =
        [
            new BarRow(texts[Phrase.Together], Digits.Si(all, "s"), []),
            .. phase.Operations.Select((operation, i) => new BarRow($"{i + 1}  {operation.Name}", $"{Digits.Si(operation.Seconds, "s")} · {Digits.Percent(operation.Seconds / all)}", Parts(texts, operation))),
        ];
        BarChart.Write(page.Markup, "breakdown", texts.Format(Phrase.BreakdownOf, name), texts[Phrase.BreakdownNote], rows);
        page.Markup.Close();
    }

    private static IReadOnlyList<BarPart> Parts(Texts texts, SimulatedOperation operation)
    {
        var parts = OperationParts.Of(operation);
        return
        [
            Part("fetch", Phrase.Fetch, parts.FetchSeconds), Part("compute", Phrase.Compute, parts.ComputeSeconds), Part("store", Phrase.Store, parts.StoreSeconds), Part("launch", Phrase.Launch, parts.LaunchSeconds),
        ];

        BarPart Part(string style, Phrase phrase, double seconds) => new(style, seconds, $"{operation.Name}: {texts[phrase]} {Digits.Si(seconds, "s")}");
    }
}
