using Temoto.Planning;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Simulation.Report.Sections;

/// <summary>What crosses the border of the chip, by what it is; of a prompt in each dataflow that was simulated.</summary>
internal static class TrafficSection
{
    public static void Write(Page page, IReadOnlyList<(string Name, Traffic Traffic)> phases, string name)
    {
        var texts = page.Texts;
        var rows = new List<BarRow>();
        foreach (var (phase, traffic) in phases)
        {
            rows.Add(new BarRow(phase, Digits.Si(traffic.Total, "B"), []));
            rows.Add(Row(Phrase.Weights, "weights", traffic.Weights));
            rows.Add(Row(Phrase.Activations, "activations", traffic.Activations));
            rows.Add(Row(Phrase.Intermediates, "intermediates", traffic.Intermediates));
            rows.Add(Row(Phrase.KvCache, "kv", traffic.Kv));
        }
        page.OpenFigure(texts.Format(Phrase.TrafficOf, name), texts[Phrase.TrafficNote], NumberLabel.Computed);
        BarChart.Write(page.Markup, "traffic", texts.Format(Phrase.TrafficOf, name), texts[Phrase.TrafficNote], rows);
        page.Markup.Close();

        BarRow Row(Phrase phrase, string style, long bytes) => new(texts[phrase], Digits.Si(bytes, "B"), [new BarPart(style, bytes, $"{texts[phrase]} {Digits.Si(bytes, "B")}")]);
    }
}
