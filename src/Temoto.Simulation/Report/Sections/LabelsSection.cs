namespace Temoto.Simulation.Report.Sections;

/// <summary>What the words behind the numbers mean, and what the cost rests on.</summary>
internal static class LabelsSection
{
    private static readonly (NumberLabel Label, Phrase Means)[] Labels =
    [
        (NumberLabel.Simulated, Phrase.SimulatedMeans), (NumberLabel.Computed, Phrase.ComputedMeans), (NumberLabel.Measured, Phrase.MeasuredMeans),
        (NumberLabel.Published, Phrase.PublishedMeans), (NumberLabel.Assumed, Phrase.AssumedMeans),
    ];

    public static void Write(Page page)
    {
        var (markup, settings) = (page.Markup, page.Settings);
        markup.Open("p", ("class", "note")).Text(page.Texts.Format(Phrase.CostBasis, Digits.Usd(settings.ElectricityUsdPerKwh), Digits.Short(settings.LifetimeYears), Digits.Percent(settings.Utilisation)));
        page.Label(NumberLabel.Assumed);
        markup.Close();
        page.Heading(2, page.Texts[Phrase.Labels]);
        markup.Open("dl", ("class", "labels"));
        foreach (var (label, means) in Labels)
        {
            markup.Open("div").Open("dt");
            page.Label(label);
            markup.Close().Element("dd", page.Texts[means]).Close();
        }
        markup.Close();
    }
}
