using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Sections;

/// <summary>Every figure that the numbers rest on: those of the report, then those of each board.</summary>
internal static class AssumptionsSection
{
    public static void Write(Page page, IEnumerable<Board> boards)
    {
        var (texts, settings) = (page.Texts, page.Settings);
        page.Heading(2, texts[Phrase.Assumptions], texts[Phrase.AssumptionsNote]);
        page.Heading(3, texts[Phrase.ReportAssumptions]);
        ReportTable.Write(
            page,
            "stack figures card",
            Columns(texts),
            [
                Row(Phrase.ElectricityPrice, settings.ElectricityUsdPerKwh, "USD/kWh", Phrase.ElectricityWhy), Row(Phrase.Lifetime, settings.LifetimeYears, texts[Phrase.Years], Phrase.LifetimeWhy),
                Row(Phrase.Utilisation, settings.Utilisation * 100, "%", Phrase.UtilisationWhy), Row(Phrase.Reading, settings.ReadingTokensPerSecond, texts[Phrase.TokensPerSecond], Phrase.ReadingWhy),
            ]);
        foreach (var board in boards.Distinct())
        {
            page.Markup.Open("h3");
            page.Data(board.Name);
            page.Markup.Close();
            ReportTable.Write(page, "stack figures card", Columns(texts), Assumption.Of(board).Select(FigureRow));
        }

        IReadOnlyList<ReportCell> Row(Phrase what, double value, string unit, Phrase why) => [new(texts[what]), ReportCell.Number($"{Digits.AsStated(value)} {unit}", NumberLabel.Assumed), new(texts[why])];
    }

    private static ReportColumn[] Columns(Texts texts) => [new(texts[Phrase.Figure]), new(texts[Phrase.Value]), new(texts[Phrase.Source])];

    private static IReadOnlyList<ReportCell> FigureRow(Assumption assumption)
    {
        var value = ReportCell.Number(Digits.Figure(assumption.Value, assumption.Unit), NumberLabels.Of(assumption.Evidence));
        return [ReportCell.Data(assumption.What), value, ReportCell.Data(assumption.Source)];
    }
}
