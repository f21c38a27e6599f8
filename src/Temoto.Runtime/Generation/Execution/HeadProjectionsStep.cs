using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A chunk is one head of one projection for some tokens. Keys and values go from scratch into the cache, queries straight into the output.</summary>
internal sealed unsafe class HeadProjectionsStep : BoundStep
{
    private readonly BoundHeads[] projections;
    private readonly bool hasQuery;
    private readonly int heads;
    private readonly int headDim;
    private readonly int tileTokens;
    private readonly CachePlace keys;
    private readonly CachePlace values;

    public HeadProjectionsStep(StepBinding binding)
        : base(binding)
    {
        hasQuery = Step.Find(OperandRole.QueryWeight) is not null;
        projections = hasQuery ? [BoundHeads.Query(binding), BoundHeads.Key(binding), BoundHeads.Value(binding)] : [BoundHeads.Key(binding), BoundHeads.Value(binding)];
        heads = projections.Sum(projection => projection.Heads);
        headDim = Step.Attention!.HeadDim;
        tileTokens = Step.Tile(Dimension.Tokens);
        keys = binding.Cache(OperandRole.Keys);
        values = binding.Cache(OperandRole.Values);
    }

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var headDim = step.Attention!.HeadDim;
        var product = Math.Max(BoundLinear.ScratchFloats(plan, step, OperandRole.KeyInput, kernels, headDim), BoundLinear.ScratchFloats(plan, step, OperandRole.ValueInput, kernels, headDim));
        if (step.Find(OperandRole.Input) is not null)
            product = Math.Max(product, BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, headDim));
        return (long)Math.Min(plan.MaxTokens, step.Tile(Dimension.Tokens)) * headDim + product;
    }

    public override int Prepare() => heads * Chunks(State.Tokens, tileTokens);

    public override void Execute(int chunk, int worker)
    {
        var start = chunk / heads * tileTokens;
        var tokens = Math.Min(tileTokens, State.Tokens - start);
        var head = chunk % heads;
        var index = 0;
        while (head >= projections[index].Heads)
            head -= projections[index++].Heads;
        var projection = projections[index];
        var tile = State.Scratch[worker];
        var scratch = tile + (long)tokens * headDim;
        if (index == 0 && hasQuery)
        {
            var width = (long)projection.Heads * headDim;
            projection.Compute(head, start, tokens, Output + start * width + head * headDim, width, scratch);
            return;
        }
        projection.Compute(head, start, tokens, tile, headDim, scratch);
        var isKey = index == projections.Length - 2;
        for (var row = start; row < start + tokens; row++, tile += headDim)
        {
            var cache = State.CacheOf(row);
            if (isKey)
                Kernels.StoreKey(tile, cache.At(keys, head), State.PlaceOf(row));
            else
                Kernels.StoreValue(tile, cache.At(values, head), State.PlaceOf(row));
        }
    }
}
