using Temoto.Plans;

namespace Temoto.Simulation.Exploration;

/// <summary>What of a model decides how much the core's memories hold.</summary>
/// <param name="Width">Of the residual stream.</param>
/// <param name="AttentionWidth">Of attended heads.</param>
/// <param name="WidestInput">Of a matrix.</param>
internal sealed record CoreShape(int Width, int AttentionWidth, int WidestInput, int AttentionLayers, int KvHeads, int ContextTokens)
{
    public static CoreShape Of(Graph graph, int contextTokens)
    {
        var attention = graph.Ops.OfType<AttentionOp>().ToList();
        return new CoreShape(
            graph.Ops[0].Output.Width,
            attention.Select(op => op.Output.Width).DefaultIfEmpty(0).Max(),
            graph.Ops.SelectMany(op => op.Linears).Select(linear => linear.Input.Width).DefaultIfEmpty(0).Max(),
            attention.Count,
            attention.Select(op => op.Shape.KvHeads).DefaultIfEmpty(0).Max(),
            contextTokens);
    }
}
