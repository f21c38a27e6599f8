using Temoto.Simulation.Costing;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Simulation.Report.Sections;

/// <summary>The sweep over elements and bandwidths as a map.</summary>
internal static class CrossoverSection
{
    public static void Write(Page page, Sweep sweep, string board)
    {
        var texts = page.Texts;
        var note = texts.Format(Phrase.CrossoverNote, Digits.Short(sweep.PromptTokens), board);
        page.Heading(2, texts[Phrase.Crossover], note, NumberLabel.Simulated);
        page.Markup.Open("figure", ("class", "card"));
        page.Legend(("tphs strength4", texts[Phrase.TphsFaster]), ("gemm strength4", texts[Phrase.GemmFaster]), ("crossing-swatch", texts[Phrase.CrossoverLine]));
        HeatMap.Write(page.Markup, texts[Phrase.Crossover], note, (texts[Phrase.GigabitsPerSecond], texts[Phrase.ProcessingElements], texts[Phrase.AsItIs]), sweep);
        page.Markup.Close();
    }
}
