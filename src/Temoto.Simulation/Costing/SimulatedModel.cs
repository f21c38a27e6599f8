using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>What is simulated: operations and the weights as they lie; a checkpoint's own, or those of a shape.</summary>
/// <param name="Weights">A named weight as it lies.</param>
/// <param name="MostTokens">Of a prompt with what follows it; of a picture, its tokens.</param>
internal sealed record SimulatedModel(string Name, Graph Graph, Func<string, WeightInfo> Weights, int MostTokens, bool IsPicture)
{
    private IEnumerable<WeightInfo> Matrices => Graph.Weights.Where(use => use.Shape.Count > 1).Select(use => Weights(use.Name));

    public bool HasPackedWeights => Matrices.Any(weight => weight.IsPacked);

    public bool HasAttention => Graph.Ops.Any(op => op is AttentionOp);

    /// <summary>Multiplications and additions of the layers' products for a token.</summary>
    public double LayerOperations => 2 * Graph.Ops.Where(op => op.Layer >= 0).SelectMany(op => op.Linears.DefaultIfEmpty(op as LinearOp)).OfType<LinearOp>().Sum(linear => (double)linear.Input.Width * linear.Output.Width);

    /// <summary>The same with all rows plain.</summary>
    public SimulatedModel Plain => this with { Weights = name => Weights(name).Plain };

    /// <summary>"none", or plain bytes of all matrices to what they take as they lie, e.g. "1.60".</summary>
    public string Packing => HasPackedWeights
        ? (Matrices.Sum(weight => weight.Plain.Bytes) / (double)Matrices.Sum(weight => weight.Bytes)).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)
        : "none";

    /// <summary>The plans for a board.</summary>
    /// <param name="context">Positions of the cache.</param>
    /// <param name="kv">Null for what the board's attention is made for.</param>
    /// <param name="dataflow">Null for what moves fewer bytes.</param>
    /// <param name="keepsAllRows">Rows without wanted logits run through the last layer as well.</param>
    public ModelPlans PlansOn(Board board, int context, NumberType? kv, DataflowMode? dataflow, bool keepsAllRows = false) => new(
        Graph,
        Weights,
        board,
        new PlanSettings(IsPicture ? MostTokens : context, kv ?? KvOf(board), dataflow, Sequences: 1, IsPicture, PackedWeightsChoice.Keep, long.MaxValue) { KeepsAllRows = keepsAllRows });

    /// <summary>The type of cache that the first unit for attention takes; half floats where it takes any, and on this computer.</summary>
    public static NumberType KvOf(Board board) =>
        board.Host is null && board.Units.FirstOrDefault(unit => unit.Work == WorkKind.Attention) is { Operands: [var type, ..] } ? type : NumberType.Float16;
}
