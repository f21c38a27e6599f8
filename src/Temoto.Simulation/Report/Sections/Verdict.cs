namespace Temoto.Simulation.Report.Sections;

/// <summary>Yes or no in a word, before the figures behind it.</summary>
internal static class Verdict
{
    /// <summary>Fast enough for somebody who reads along?</summary>
    public static void Write(Page page, Headline headline)
    {
        if (headline.Token is not { } token)
            return;
        var (markup, reading) = (page.Markup, page.Settings.ReadingTokensPerSecond);
        var isEnough = token.TokensPerSecond >= reading;
        markup.Open("div", ("class", "verdict"));
        Mark(page, isEnough, isEnough ? Phrase.FastEnough : Phrase.TooSlow);
        markup.Open("span", ("class", "hint")).Text(page.Texts.Format(Phrase.ReadingSpeed, Digits.Short(token.TokensPerSecond / reading), Digits.Short(reading)));
        page.Label(NumberLabel.Assumed);
        markup.Close().Close();
    }

    /// <summary>The same in the narrow columns of a comparison.</summary>
    public static void WriteShort(Page page, Headline headline)
    {
        if (headline.Token is not { } token)
            return;
        var (markup, times) = (page.Markup, token.TokensPerSecond / page.Settings.ReadingTokensPerSecond);
        markup.Open("div", ("class", "hint"));
        Mark(page, times >= 1, times >= 1 ? Phrase.FastEnoughShort : Phrase.TooSlowShort);
        markup.Close().Element("div", page.Texts.Format(Phrase.ReadingTimes, Digits.Short(times)), ("class", "hint"));
    }

    /// <summary>Does the model have room in the board's memory?</summary>
    public static void WriteFits(Page page, Headline headline) => Mark(page, headline.Simulation.Fits, headline.Simulation.Fits ? Phrase.Fits : Phrase.DoesNotFit);

    private static void Mark(Page page, bool isGood, Phrase phrase) => page.Markup.Element("span", (isGood ? "✓ " : "✗ ") + page.Texts[phrase], ("class", isGood ? "mark good" : "mark bad"));
}
