using Temoto.Kernels.Attention;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>How the operations of attention are carried out.</summary>
internal enum DataflowMode
{
    /// <summary>Every operation by itself; intermediates go through memory.</summary>
    Gemm,

    /// <summary>Token-parallel, head-sequential: queries, scores and probabilities of one head stay on chip.</summary>
    Tphs,
}

/// <summary>The part of a generation a plan is for.</summary>
internal enum Phase
{
    /// <summary>Many tokens at once: the prompt.</summary>
    Prefill,

    /// <summary>One token at a time, of one sequence or of each of several.</summary>
    Decode,
}

/// <summary>A weight as a step reads it.</summary>
/// <param name="Packed">Its rows lie in a packed encoding.</param>
/// <param name="Bytes">As it lies in memory: packed rows as they are packed, scales, zero points and bias with them.</param>
/// <param name="RowsBytes">The same without the bias: what its rows take together. Of a table, all rows, of which a token reads one.</param>
internal sealed record PlannedWeight(string Name, DType Type, bool Packed, long Rows, long Columns, long Bytes, long RowsBytes)
{
    /// <summary>See <see cref="PackedWeights.EscapeShare"/>.</summary>
    public double? EscapeShare { get; init; }
}

/// <summary>One operation with everything decided: how it runs, how it is cut, where its operands lie, how its weights are encoded.</summary>
/// <param name="Inputs">Byte offsets of the inputs in the arena, in the order of <see cref="Op.Inputs"/>.</param>
/// <param name="Output">Byte offset of the output in the arena.</param>
/// <param name="TileRows">Output rows of the weight that one chunk of parallel work takes (linear operations).</param>
/// <param name="TileTokens">Tokens that one chunk of parallel work takes; 0 where a chunk takes them all.</param>
internal sealed record PlanStep(
    Op Op,
    IReadOnlyList<long> Inputs,
    long Output,
    int TileRows,
    int TileTokens,
    IReadOnlyList<PlannedWeight> Weights)
{
    /// <summary>How the step carries its operation out.</summary>
    public DataflowMode Mode => Op is TphsAttentionOp ? DataflowMode.Tphs : DataflowMode.Gemm;

    /// <summary>Weight and bias bytes the step reads once per run, whatever the number of tokens.</summary>
    public long WeightBytes { get; } = Weights.Sum(weight => weight.Bytes);
}

/// <summary>
/// An immutable decision for a model, a machine and a phase: what the executor runs, step by step. Plain data; nothing in it is a delegate or an address.
/// </summary>
/// <param name="MaxTokens">Most tokens one run takes: in decode, most sequences, each with one.</param>
/// <param name="MaxLogitRows">Most rows of logits one run gives.</param>
/// <param name="ContextTokens">Positions of the cache it is for.</param>
/// <param name="ArenaBytes">Memory for all activations; every offset of the steps lies inside.</param>
/// <param name="LogitsOffset">Byte offset of the logits [MaxLogitRows, vocab] in the arena.</param>
/// <param name="KvType">How keys and values are stored.</param>
/// <param name="OnChipBytes">What counts as on chip: the second-level cache of a core.</param>
internal sealed record Plan(
    ModelGraph Graph,
    Phase Phase,
    int MaxTokens,
    int MaxLogitRows,
    int ContextTokens,
    IReadOnlyList<PlanStep> Steps,
    long ArenaBytes,
    long LogitsOffset,
    KvType KvType,
    long OnChipBytes)
{
    /// <summary>Weight bytes read by one run: the whole model once, and one row of the embedding table per token.</summary>
    public long WeightBytes { get; } = Steps.Sum(step => step.WeightBytes);

    /// <summary>The same of a run without logits, which ends where their rows would be selected.</summary>
    public long WeightBytesWithoutLogits => Steps.Take(StepsBeforeLogits).Sum(step => step.WeightBytes);

    /// <summary>Steps that fill the cache; those that follow work on the rows whose logits are wanted.</summary>
    public int StepsBeforeLogits { get; } = Steps.TakeWhile(step => step.Op is not SelectRowsOp).Count();

    /// <summary>Activation bytes read and written for one token, KV cache and the pieces of split attention not included, wherever they lie.</summary>
    public long ActivationBytesPerToken { get; } = Steps.Sum(step => (step.Op is SplitAttentionOp ? 0 : step.Op.Output.RowBytes) + (step.Op is MergePiecesOp ? 0 : step.Op.Inputs.Sum(input => input.RowBytes)));

    /// <summary>Bytes of one piece of split attention over all layers.</summary>
    private long BytesPerPiece { get; } = Steps.Sum(step => step.Op is SplitAttentionOp op ? op.Shape.KvHeads * op.Shape.PieceFloats * sizeof(float) : 0);

    /// <summary>Bytes of the tables' rows that belong to one token.</summary>
    private long TableRowBytes { get; } = Steps.Sum(step => step.Op is EmbedOp or AddPositionsOp ? step.WeightBytes : 0);

    private int PiecePositions { get; } = Steps.Select(step => step.Op).OfType<SplitAttentionOp>().FirstOrDefault()?.PiecePositions ?? int.MaxValue;

    /// <summary>Bytes of keys and values one cached position holds over all layers.</summary>
    public long KvBytesPerPosition { get; } = KvLayout.BytesPerPosition(Graph.Config, KvType);

    /// <summary>
    /// Bytes moved to generate one token when <paramref name="position"/> tokens are cached: all weights, the cache read once, the new
    /// position written, activations written and read. Computed from the plan, not measured.
    /// </summary>
    public long BytesPerToken(int position) => BytesPerRun(1, position);

    /// <summary>
    /// The same of a decode run that generates a token for each of several sequences with <paramref name="position"/> tokens cached: the weights are read once, all else for
    /// each sequence.
    /// </summary>
    public long BytesPerRun(int sequences, int position) =>
        WeightBytesPerRun(sequences)
        + sequences * (KvBytesPerPosition * (position + 1L) + ActivationBytesPerToken + 2 * BytesPerPiece * ((position + (long)PiecePositions) / PiecePositions));

    /// <summary>Weight bytes of a run with logits: tables give each token a row of its own.</summary>
    public long WeightBytesPerRun(int tokens) => WeightBytes + (tokens - 1L) * TableRowBytes;
}
