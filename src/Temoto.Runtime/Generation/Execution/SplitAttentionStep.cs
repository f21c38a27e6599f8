using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// A token of each sequence: a chunk is one sequence, one KV head and a piece of the cache. The pieces depend on the length of the cache alone, not on the number of threads or of
/// sequences, which must not change a result. Per sequence, piece and KV head the output holds [GroupHeads, HeadDim] sums, [GroupHeads] largest scores, [GroupHeads] totals.
/// </summary>
internal sealed unsafe class SplitAttentionStep(StepBinding binding) : BoundStep(binding)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly int piecePositions = binding.Step.Tile(Dimension.Positions);
    private readonly BoundPositionBias bias = new(binding);
    private readonly CachePlace keys = binding.Cache(OperandRole.Keys);
    private readonly CachePlace values = binding.Cache(OperandRole.Values);

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var shape = step.Attention!;
        return shape.GroupHeads * (long)shape.HeadDim
            + kernels.AttendScratchFloats(shape.GroupHeads, Math.Min(step.Tile(Dimension.Positions), plan.ContextTokens), shape.HeadDim, shape.Integers);
    }

    public override int Prepare()
    {
        var chunks = 0;
        for (var row = 0; row < State.Tokens; row++)
            chunks += ChunksOf(row);
        return chunks;
    }

    public override void Execute(int chunk, int worker)
    {
        var row = 0;
        for (int own; chunk >= (own = ChunksOf(row)); row++)
            chunk -= own;
        var kvHead = chunk % shape.KvHeads;
        var length = State.PositionOf(row) + 1;
        var start = shape.FirstPanel(length - 1) + chunk / shape.KvHeads * piecePositions;
        var cache = State.CacheOf(row);
        var queries = State.Scratch[worker];
        var group = shape.GroupHeads * shape.HeadDim;
        GroupQueries.Copy(Kernels, Input, shape, kvHead, row, 1, queries);
        Kernels.Scale(queries, group, shape.ScoreScale);
        var sums = Output + (long)row * Width + chunk * shape.PieceFloats;
        var tile = new AttentionTile(queries, sums, sums + group, sums + group + shape.GroupHeads, 1, shape.GroupHeads, shape.HeadDim, length, 0)
        {
            Window = shape.Window,
            SoftCap = shape.SoftCap,
            Bias = bias.Of(kvHead),
            FirstToken = length - 1,
        };
        tile.Clear();
        Kernels.Attend(tile, cache.At(keys, kvHead), cache.At(values, kvHead), start, Math.Min(start + piecePositions, length), State.IntegersOf(shape), queries + group);
    }

    private int ChunksOf(int row) => shape.KvHeads * shape.Pieces(State.PositionOf(row), piecePositions);
}
