using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Report.Charts;

namespace Temoto.Simulation.Report.Sections;

/// <summary>Each operation as a point, operations per byte against operations per second, under the roofs of its board (Williams et al., CACM 2009).</summary>
internal static class RooflineSection
{
    public static void Write(Page page, Board board, SimulatedPhase phase, string name)
    {
        var points = phase.Operations.Select((operation, i) => new RooflinePoint(i + 1, operation)).Where(point => point.HasPlace).ToList();
        if (points.Count == 0)
            return;
        var texts = page.Texts;
        var missing = phase.Operations.Count - points.Count;
        page.OpenFigure(texts.Format(Phrase.RooflineOf, name), texts.Format(Phrase.RooflineNote, missing), NumberLabel.Simulated);
        var names = new RooflineNames(texts.Format(Phrase.RooflineOf, name), texts.Format(Phrase.RooflineNote, missing), texts[Phrase.OperationsPerByte], texts[Phrase.OperationsPerSecond], texts[Phrase.MemoryRoof]);
        RooflineChart.Write(page.Markup, names, phase.BandwidthGbps * 1e9 / 8, Roofs(board, phase), points);
        page.Markup.Close();
    }

    /// <summary>The fastest unit of each device that multiplies in this phase.</summary>
    private static IReadOnlyList<(string Device, double OperationsPerSecond)> Roofs(Board board, SimulatedPhase phase)
    {
        var other = phase.Phase == Phase.Decode ? TokenCount.Many : TokenCount.One;
        return
        [
            .. phase.Operations.Where(operation => operation.Operations > 0).Select(operation => operation.Device).Distinct()
                .Select(device => (device, board.Units.Where(unit => unit.Device == device && unit.Work is (WorkKind.Product or WorkKind.Attention) && unit.Tokens != other).Select(unit => unit.Rate).DefaultIfEmpty(0).Max()))
                .Where(roof => roof.Item2 > 0),
        ];
    }
}
