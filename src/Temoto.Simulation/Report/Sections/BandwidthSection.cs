using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Simulation.Report.Sections;

/// <summary>Lines over bandwidth, where several were simulated: tokens per second of each context, time to first token in each dataflow.</summary>
internal static class BandwidthSection
{
    public static void Write(Page page, BoardSimulation simulation)
    {
        if (!HasSweep(simulation))
            return;
        WriteDecode(page, simulation.Phases);
        WriteFirstToken(page, simulation.Phases);
    }

    public static bool HasSweep(BoardSimulation simulation) => simulation.Phases.Select(phase => phase.BandwidthGbps).Distinct().Count() > 1;

    private static void WriteDecode(Page page, IReadOnlyList<SimulatedPhase> phases)
    {
        var contexts = phases.Where(phase => phase.Phase == Phase.Decode).GroupBy(phase => phase.Context).OrderBy(group => group.Key).ToList();
        if (contexts.Count == 0)
            return;
        var texts = page.Texts;
        var lines = contexts.Select((group, i) => Line(i, group, phase => phase.TokensPerSecond, value => $"{Digits.Of(value)} {texts[Phrase.TokensPerSecond]}")).ToList();
        page.OpenFigure(texts[Phrase.BandwidthDecode], null, NumberLabel.Simulated);
        page.Legend([.. contexts.Select((group, i) => (Style(i), texts.Format(Phrase.WithContext, Digits.Short(group.Key))))]);
        LineChart.Write(page.Markup, "bandwidth", texts[Phrase.BandwidthDecode], texts[Phrase.BandwidthSweep], (texts[Phrase.GigabitsPerSecond], texts[Phrase.TokensPerSecond]), Digits.Short, lines);
        page.Markup.Close();
    }

    private static void WriteFirstToken(Page page, IReadOnlyList<SimulatedPhase> phases)
    {
        var prompts = phases.Where(phase => phase.Phase == Phase.Prefill).ToList();
        if (prompts.Count == 0)
            return;
        var texts = page.Texts;
        var longest = prompts.Max(phase => phase.Tokens);
        var modes = prompts.Where(phase => phase.Tokens == longest).GroupBy(phase => phase.Dataflow).OrderBy(group => group.Key).ToList();
        var lines = modes.Select((group, i) => Line(i, group, phase => phase.Seconds, value => Digits.Si(value, "s"))).ToList();
        page.OpenFigure(texts[Phrase.BandwidthFirstToken], texts.Format(Phrase.AfterPrompt, Digits.Short(longest)), NumberLabel.Simulated);
        page.Legend([.. modes.Select((group, i) => (Style(i), group.Key.ToString().ToUpperInvariant()))]);
        LineChart.Write(page.Markup, "bandwidth", texts[Phrase.BandwidthFirstToken], texts[Phrase.BandwidthSweep], (texts[Phrase.GigabitsPerSecond], texts[Phrase.Seconds]), Digits.Short, lines);
        page.Markup.Close();
    }

    /// <summary>A faster dataflow that was asked for is one of the two: the same point once more.</summary>
    private static ChartLine Line(int index, IEnumerable<SimulatedPhase> phases, Func<SimulatedPhase, double> value, Func<double, string> name) => new(
        Style(index),
        [.. phases.DistinctBy(phase => phase.BandwidthGbps).OrderBy(phase => phase.BandwidthGbps).Select(phase => (phase.BandwidthGbps, value(phase)))],
        point => $"{Digits.Short(point.X)} Gbit/s: {name(point.Y)}");

    private static string Style(int index) => "series" + (char)('a' + index % 4);
}
