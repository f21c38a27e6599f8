using Temoto.Plans;

namespace Temoto.Simulation.Report.Sections;

/// <summary>What a manager asks: how fast, how soon, how much power, does it fit, what does it cost.</summary>
internal static class AnswerSection
{
    public static void Write(Page page, Headline headline)
    {
        var markup = page.Markup;
        markup.Line().Open("div", ("class", "answer card"));
        WriteSpeed(page, headline);
        markup.Open("div", ("class", "tiles"));
        if (headline.Prompt is { } prompt && headline.Token is not null)
            Tile(page, Phrase.FirstToken, Seconds(prompt.Seconds), NumberLabel.Simulated, page.Texts.Format(Phrase.AfterPrompt, Digits.Short(prompt.Tokens)));
        Tile(page, Phrase.Power, headline.Watts is { } watts ? (Digits.Of(watts), "W") : null, NumberLabel.Simulated, page.Texts[Phrase.PowerHint]);
        Tile(page, Phrase.EnergyPerToken, headline.JoulesPerToken is { } joules ? Split(Digits.Si(joules, "J")) : null, NumberLabel.Simulated, null);
        WriteMemory(page, headline);
        WriteCost(page, headline);
        markup.Close().Close();
    }

    private static void WriteSpeed(Page page, Headline headline)
    {
        var markup = page.Markup;
        markup.Open("div", ("class", "speed"));
        if (headline.Token is { } token)
        {
            markup.Element("div", page.Texts[Phrase.Speed], ("class", "name"));
            markup.Open("div", ("class", "big"));
            page.Value(Digits.Of(token.TokensPerSecond), page.Texts[Phrase.TokensPerSecond], NumberLabel.Simulated);
            markup.Close();
            Verdict.Write(page, headline);
            markup.Element("div", page.Texts.Format(Phrase.WithContext, Digits.Short(token.Context)), ("class", "hint"));
        }
        else if (headline.Prompt is { } prompt)
        {
            var (number, unit) = Seconds(prompt.Seconds);
            markup.Element("div", page.Texts[headline.Simulation.IsPicture ? Phrase.SpeedOfPicture : Phrase.FirstToken], ("class", "name"));
            markup.Open("div", ("class", "big"));
            page.Value(number, unit, NumberLabel.Simulated);
            markup.Close();
            markup.Element("div", page.Texts.Format(Phrase.AfterPrompt, Digits.Short(prompt.Tokens)), ("class", "hint"));
        }
        markup.Close();
    }

    private static void WriteMemory(Page page, Headline headline)
    {
        var markup = page.Markup;
        var available = headline.Board.Memory(MemoryLevel.External).Bytes;
        markup.Open("div", ("class", "tile"));
        markup.Element("div", page.Texts[Phrase.Memory], ("class", "name"));
        markup.Open("div");
        var (number, unit) = Split(Digits.Si(headline.Simulation.NeededBytes, "B"));
        page.Value(number, unit, NumberLabel.Computed);
        markup.Close().Open("div", ("class", "hint"));
        Verdict.WriteFits(page, headline);
        markup.Text(" " + page.Texts.Format(Phrase.OfAvailable, Digits.Si(available.Value, "B")));
        page.Label(NumberLabels.Of(available.Evidence));
        markup.Close().Close();
    }

    private static void WriteCost(Page page, Headline headline)
    {
        if (headline.Token is null)
            return;
        var markup = page.Markup;
        markup.Open("div", ("class", "tile wide"));
        markup.Element("div", page.Texts[Phrase.Cost], ("class", "name"));
        CostText.Write(page, headline);
        markup.Close();
    }

    private static void Tile(Page page, Phrase name, (string Number, string Unit)? value, NumberLabel label, string? hint)
    {
        var markup = page.Markup;
        markup.Open("div", ("class", "tile"));
        markup.Element("div", page.Texts[name], ("class", "name"));
        markup.Open("div");
        if (value is var (number, unit))
            page.Value(number, unit, label);
        else
            markup.Element("span", page.Texts[Phrase.NotStated], ("class", "none"));
        markup.Close();
        if (hint is not null)
            markup.Element("div", hint, ("class", "hint"));
        markup.Close();
    }

    private static (string Number, string Unit) Seconds(double seconds) => Split(Digits.Si(seconds, "s"));

    private static (string Number, string Unit) Split(string text) => (text[..text.IndexOf(' ', StringComparison.Ordinal)], text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
