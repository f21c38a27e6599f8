namespace Temoto.Simulation.Report.Sections;

/// <summary>The cost of a million tokens with its two parts, and the host's beside it.</summary>
internal static class CostText
{
    public static void Write(Page page, Headline headline, bool withHost = true)
    {
        var markup = page.Markup;
        var cost = TokenCost.Of(headline, page.Settings);
        markup.Open("div");
        if (cost?.TotalUsd is { } total)
            page.Value(Digits.Usd(total), "", NumberLabel.Computed);
        else
            markup.Element("span", page.Texts[cost is null ? Phrase.NotSimulated : Phrase.NotStated], ("class", "none"));
        markup.Close();
        if (cost?.TotalUsd is not null)
            markup.Element("div", page.Texts.Format(Phrase.CostParts, Part(page, cost.ElectricityUsd), Part(page, cost.BoardUsd)), ("class", "hint"));
        if (withHost && page.Settings.Host is { } host)
            WriteHost(page, TokenCost.Of(Headline.Of(host), page.Settings));
    }

    private static void WriteHost(Page page, TokenCost? cost)
    {
        page.Markup.Open("div", ("class", "hint")).Text(page.Texts.Format(Phrase.CostHost, Part(page, cost?.TotalUsd)));
        if (cost?.TotalUsd is not null)
            page.Label(NumberLabel.Computed);
        page.Markup.Close();
    }

    private static string Part(Page page, double? usd) => usd is { } value ? Digits.Usd(value) : page.Texts[Phrase.NotStated];
}
