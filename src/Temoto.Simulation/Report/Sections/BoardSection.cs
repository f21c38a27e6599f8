using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Sections;

/// <summary>All that was simulated on one board.</summary>
internal static class BoardSection
{
    /// <param name="withAnswer">False where the answer stands above already.</param>
    public static void Write(Page page, Headline headline, bool withAnswer)
    {
        var (markup, simulation) = (page.Markup, headline.Simulation);
        markup.Line().Open("section", ("class", "board"));
        markup.Open("h2");
        page.Data(simulation.Board.Name);
        markup.Close();
        page.Data(simulation.Board.Description, "p", "note");
        if (withAnswer)
            AnswerSection.Write(page, headline);
        WriteCharts(page, headline);
        WriteSweep(page, simulation);
        WriteTables(page, headline);
        markup.Close();
    }

    /// <summary>The same chart of prompt and token stand beside each other.</summary>
    private static void WriteCharts(Page page, Headline headline)
    {
        var phases = Phases(headline).Select(phase => (Phase: phase, Name: NameOf(page.Texts, phase))).ToList();
        page.Markup.Open("div", ("class", "charts"));
        foreach (var (phase, name) in phases)
            BreakdownSection.Write(page, phase, name);
        foreach (var (phase, name) in phases)
            RooflineSection.Write(page, headline.Board, phase, name);
        foreach (var (phase, name) in phases)
            TrafficSection.Write(page, Dataflows(page.Texts, headline.Simulation, phase), name);
        page.Markup.Close();
    }

    private static void WriteSweep(Page page, BoardSimulation simulation)
    {
        if (!BandwidthSection.HasSweep(simulation))
            return;
        page.Heading(3, page.Texts[Phrase.BandwidthSweep]);
        page.Markup.Open("div", ("class", "charts"));
        BandwidthSection.Write(page, simulation);
        page.Markup.Close();
    }

    private static void WriteTables(Page page, Headline headline)
    {
        var (markup, texts) = (page.Markup, page.Texts);
        page.Heading(3, texts[Phrase.Phases]);
        markup.Open("div", ("class", "card"));
        PhaseTable.Write(page, headline.Simulation);
        markup.Close();
        page.Heading(3, texts[Phrase.OperationTable], texts[Phrase.OperationTableNote]);
        foreach (var phase in Phases(headline))
        {
            markup.Open("div", ("class", "card"));
            page.Heading(4, NameOf(texts, phase));
            OperationTable.Write(page, phase);
            markup.Close();
        }
        WriteDecisions(page, headline.Simulation.Decisions);
    }

    private static void WriteDecisions(Page page, IReadOnlyList<Decision> decisions)
    {
        page.Heading(3, page.Texts[Phrase.Decisions], page.Texts[decisions.Count > 0 ? Phrase.DecisionsNote : Phrase.NoDecisions], NumberLabel.Simulated);
        if (decisions.Count == 0)
            return;
        page.Markup.Open("ul", ("class", "decisions card"));
        foreach (var line in decisions.Select(decision => DecisionText.Of(decision, page.Texts)).Distinct())
            page.Markup.Element("li", line);
        page.Markup.Close();
    }

    private static IEnumerable<SimulatedPhase> Phases(Headline headline) => new[] { headline.Prompt, headline.Token }.OfType<SimulatedPhase>();

    private static string NameOf(Texts texts, SimulatedPhase phase) =>
        phase.Phase == Plans.Phase.Prefill ? texts.Format(Phrase.PrefillOf, Digits.Short(phase.Tokens)) : texts.Format(Phrase.DecodeOf, Digits.Short(phase.Context));

    /// <summary>The phase in each dataflow that was simulated; the one that stands for the board first.</summary>
    private static IReadOnlyList<(string Name, Planning.Traffic Traffic)> Dataflows(Texts texts, BoardSimulation simulation, SimulatedPhase phase) => phase.Phase == Plans.Phase.Decode
        ? [(texts[Phrase.Decode], phase.Traffic)]
        :
        [
            .. simulation.Phases.Where(other => other.Phase == phase.Phase && other.Tokens == phase.Tokens && other.BandwidthGbps == phase.BandwidthGbps)
                .DistinctBy(other => other.Dataflow).OrderByDescending(other => other.Dataflow == phase.Dataflow).Select(other => (other.Dataflow.ToString().ToUpperInvariant(), other.Traffic)),
        ];
}
