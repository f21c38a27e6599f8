using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>Attention with queries, keys and values all in the arena, as a model writes it down: what calibration runs.</summary>
internal sealed unsafe class AttentionStep(StepBinding binding) : BoundStep(binding)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly int chunkTokens = binding.Step.Tile(Dimension.Tokens);
    private readonly AttentionTiles tiles = new(binding, binding.Step.InnerTile(Dimension.Tokens));
    private readonly float* newKeys = binding.Floats(OperandRole.NewKeys);
    private readonly float* newValues = binding.Floats(OperandRole.NewValues);
    private readonly CachePlace keys = binding.Cache(OperandRole.Keys);
    private readonly CachePlace values = binding.Cache(OperandRole.Values);

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var shape = step.Attention!;
        var tokens = step.Tile(Dimension.Tokens);
        return (long)tokens * shape.GroupHeads * shape.HeadDim + AttentionTiles.ScratchFloats(shape, kernels, tokens, step.InnerTile(Dimension.Tokens), plan.ContextTokens);
    }

    public override bool HasUnevenChunks => true;

    public override int Prepare()
    {
        var width = shape.KvHeads * shape.HeadDim;
        for (var head = 0; head < shape.KvHeads; head++)
        {
            var keyView = State.Cache.At(keys, head);
            var valueView = State.Cache.At(values, head);
            for (var token = 0; token < State.Tokens; token++)
            {
                var offset = (long)token * width + head * shape.HeadDim;
                Kernels.StoreKey(newKeys + offset, keyView, State.PlaceOf(token));
                Kernels.StoreValue(newValues + offset, valueView, State.PlaceOf(token));
            }
        }
        return shape.KvHeads * Chunks(State.Tokens, chunkTokens);
    }

    public override void Execute(int chunk, int worker)
    {
        var start = chunk / shape.KvHeads * chunkTokens;
        var kvHead = chunk % shape.KvHeads;
        var tokens = Math.Min(chunkTokens, State.Tokens - start);
        var queries = State.Scratch[worker];
        GroupQueries.Copy(Kernels, Input, shape, kvHead, start, tokens, queries);
        tiles.Attend(kvHead, queries, start, tokens, queries + (long)tokens * shape.GroupHeads * shape.HeadDim);
    }
}
