using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Kernels.Attention;

namespace Temoto.Generation.Execution;

/// <summary>
/// A token of each sequence: a chunk is one sequence, one KV head and a piece of the cache. The pieces depend on the length of the cache alone, not on the number of threads or of
/// sequences, which must not change a result. Per sequence, piece and KV head the output holds [GroupHeads, HeadDim] sums, [GroupHeads] largest scores, [GroupHeads] totals.
/// </summary>
internal sealed unsafe class SplitAttentionStep(PlanStep step, SplitAttentionOp op, ForwardState state) : BoundStep(step, state, false)
{
    public static long ScratchFloats(Plan plan, SplitAttentionOp op, KernelSet kernels) =>
        op.Shape.GroupHeads * (long)op.Shape.HeadDim + kernels.AttendScratchFloats(op.Shape.GroupHeads, Math.Min(op.PiecePositions, plan.ContextTokens), op.Shape.HeadDim, op.Shape.Integers);

    public override int Prepare()
    {
        var chunks = 0;
        for (var row = 0; row < State.Tokens; row++)
            chunks += ChunksOf(row);
        return chunks;
    }

    public override void Execute(int chunk, int worker)
    {
        var shape = op.Shape;
        var row = 0;
        for (int own; chunk >= (own = ChunksOf(row)); row++)
            chunk -= own;
        var kvHead = chunk % shape.KvHeads;
        var start = chunk / shape.KvHeads * op.PiecePositions;
        var length = State.PositionOf(row) + 1;
        var cache = State.CacheOf(row);
        var queries = State.Scratch[worker];
        var group = shape.GroupHeads * shape.HeadDim;
        GroupQueries.Copy(State.Kernels, Input(0), shape, kvHead, row, 1, queries);
        State.Kernels.Scale(queries, group, 1 / MathF.Sqrt(shape.HeadDim));
        var sums = Output + (long)row * op.Output.Width + chunk * shape.PieceFloats;
        var tile = new AttentionTile(queries, sums, sums + group, sums + group + shape.GroupHeads, 1, shape.GroupHeads, shape.HeadDim, length, 0);
        tile.Clear();
        State.Kernels.Attend(tile, cache.Keys(op.Layer, kvHead), cache.Values(op.Layer, kvHead), start, Math.Min(start + op.PiecePositions, length), State.IntegersOf(shape), queries + group);
    }

    private int ChunksOf(int row) => op.Shape.KvHeads * Chunks(State.PositionOf(row) + 1, op.PiecePositions);
}
