using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>A chunk is one head of one projection for some tokens. Keys and values go from scratch into the cache, queries straight into the output.</summary>
internal sealed unsafe class HeadProjectionsStep(PlanStep step, HeadProjectionsOp op, IReadOnlyList<BoundHeads> projections, ForwardState state) : BoundStep(step, state, false)
{
    private readonly BoundHeads[] projections = [.. projections];
    private readonly bool hasQuery = op.Query is not null;
    private readonly int heads = projections.Sum(projection => projection.Heads);

    public static long ScratchFloats(Plan plan, PlanStep step, HeadProjectionsOp op) => (long)Math.Min(plan.MaxTokens, step.TileTokens) * op.HeadDim;

    public override int Prepare() => heads * Chunks(State.Tokens, Step.TileTokens);

    public override void Execute(int chunk, int worker)
    {
        var start = chunk / heads * Step.TileTokens;
        var tokens = Math.Min(Step.TileTokens, State.Tokens - start);
        var head = chunk % heads;
        var index = 0;
        while (head >= projections[index].Heads)
            head -= projections[index++].Heads;
        var projection = projections[index];
        var tile = State.Scratch[worker];
        var scratch = tile + (long)tokens * op.HeadDim;
        if (index == 0 && hasQuery)
        {
            var width = (long)projection.Heads * op.HeadDim;
            projection.Compute(head, start, tokens, Output + start * width + head * op.HeadDim, width, scratch);
            return;
        }
        projection.Compute(head, start, tokens, tile, op.HeadDim, scratch);
        var isKey = index == projections.Length - 2;
        for (var row = start; row < start + tokens; row++, tile += op.HeadDim)
        {
            var cache = State.CacheOf(row);
            if (isKey)
                State.Kernels.StoreKey(tile, cache.Keys(op.Layer, head), State.PositionOf(row));
            else
                State.Kernels.StoreValue(tile, cache.Values(op.Layer, head), State.PositionOf(row));
        }
    }
}
