using Temoto.Simulation.Costing;
using Temoto.Simulation.Report.Sections;

namespace Temoto.Simulation.Report;

/// <summary>
/// A report as one HTML file that loads nothing: the answer first, charts and tables after it, every assumption at the end. The markup is XML as well, so that tests read it with a strict parser.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Writes the report; board by board, side by side where there are several.</summary>
    /// <param name="boards">At least one.</param>
    /// <param name="sweep">Both dataflows over bandwidths and elements, or null.</param>
    public static string Write(IReadOnlyList<BoardSimulation> boards, Sweep? sweep, ReportSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfZero(boards.Count);
        var page = new Page(new Markup(), new Texts(settings.Language), settings);
        var headlines = boards.Select(Headline.Of).ToList();
        var heading = HeadingOf(page.Texts, boards);
        page.Markup.Open("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", page.Texts.Code));
        WriteHead(page, heading);
        page.Markup.Open("body").Line();
        WriteTop(page, heading, headlines);
        foreach (var headline in headlines)
            BoardSection.Write(page, headline, withAnswer: boards.Count > 1);
        WriteEnd(page, headlines, sweep);
        page.Markup.Close().Close();
        return page.Markup.ToString();
    }

    private static void WriteHead(Page page, string heading)
    {
        page.Markup.Open("head").Line().Empty("meta", ("charset", "utf-8")).Line()
            .Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1")).Line()
            .Empty("meta", ("name", "color-scheme"), ("content", "light dark")).Line()
            .Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'")).Line()
            .Element("title", heading).Line().Style(StyleSheet.Css).Close().Line();
    }

    private static void WriteTop(Page page, string heading, List<Headline> headlines)
    {
        var (markup, texts) = (page.Markup, page.Texts);
        markup.Open("header").Element("p", texts[Phrase.Title], ("class", "kicker")).Element("h1", heading);
        var simulation = headlines[0].Simulation;
        var packing = simulation.Packing is "none" ? texts[Phrase.Plain] : texts.Format(Phrase.Packed, simulation.Packing);
        markup.Element("p", texts.Format(Phrase.Setting, packing, Digits.Short(simulation.ContextTokens)), ("class", "note")).Close().Line();
        markup.Open("main").Open("section", ("class", "top"));
        if (headlines.Count == 1)
            AnswerSection.Write(page, headlines[0]);
        List<Headline> compared = page.Settings.Host is { } host ? [.. headlines, Headline.Of(host)] : headlines;
        if (compared.Count > 1)
            ComparisonSection.Write(page, compared);
        LabelsSection.Write(page);
        markup.Close();
    }

    private static void WriteEnd(Page page, List<Headline> headlines, Sweep? sweep)
    {
        var markup = page.Markup;
        if (sweep is not null)
        {
            markup.Line().Open("section");
            CrossoverSection.Write(page, sweep, page.Settings.SweepBoard ?? headlines[0].Board.Name);
            markup.Close();
        }
        markup.Line().Open("section");
        PublishedSection.Write(page, headlines);
        markup.Close().Line().Open("section");
        AssumptionsSection.Write(page, headlines.Select(headline => headline.Board).Concat(page.Settings.Host is { } host ? [host.Board] : []));
        markup.Close().Close().Line().Open("footer").Element("p", page.Texts[Phrase.Footer]).Close().Line();
    }

    private static string HeadingOf(Texts texts, IReadOnlyList<BoardSimulation> boards)
    {
        var models = string.Join(", ", boards.Select(board => board.Model).Distinct());
        return texts.Format(Phrase.HeadingOf, models, boards.Count == 1 ? boards[0].Board.Name : texts.Format(Phrase.ManyBoards, boards.Count));
    }
}
