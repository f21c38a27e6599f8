using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>What is simulated: operations and the weights as they lie; a checkpoint's own, or those of a shape.</summary>
/// <param name="Weights">A named weight as it lies.</param>
/// <param name="Packing">What is known of the packing: "none", the ratio that was asked for, or what the file's matrices reach.</param>
internal sealed record SimulatedModel(string Name, Graph Graph, Func<string, WeightInfo> Weights, string Packing, int MostTokens, bool IsPicture)
{
    /// <summary>The plans for a board.</summary>
    /// <param name="context">Positions of the cache.</param>
    /// <param name="kv">Null for what the board's attention is made for.</param>
    /// <param name="dataflow">Null for what moves fewer bytes.</param>
    public ModelPlans PlansOn(Board board, int context, NumberType? kv, DataflowMode? dataflow, bool keepsAllRows = false) => new(
        Graph,
        Weights,
        board,
        new PlanSettings(IsPicture ? MostTokens : context, kv ?? KvOf(board), dataflow, Sequences: 1, IsPicture, PackedWeightsChoice.Keep, long.MaxValue) { KeepsAllRows = keepsAllRows });

    /// <summary>The type of cache that the first unit for attention takes; half floats where it takes any.</summary>
    public static NumberType KvOf(Board board) =>
        board.Units.FirstOrDefault(unit => unit.Work == WorkKind.Attention) is { Operands: [var type, ..] } && board.Host is null ? type : NumberType.Float16;
}
