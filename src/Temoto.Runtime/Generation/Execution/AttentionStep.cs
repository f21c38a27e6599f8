using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>Attention with queries, keys and values all in the arena, as a model writes it down: what calibration runs.</summary>
internal sealed unsafe class AttentionStep(PlanStep step, AttentionOp op, AttentionTiles tiles, ForwardState state) : BoundStep(step, state, false)
{
    /// <summary>Tokens per chunk; later tokens see more positions, so chunks are kept short.</summary>
    public const int ChunkTokens = 16;

    public static long ScratchFloats(AttentionShape shape, KernelSet kernels, int context) =>
        (long)ChunkTokens * shape.GroupHeads * shape.HeadDim + AttentionTiles.ScratchFloats(shape, kernels, ChunkTokens, context);

    public override bool HasUnevenChunks => true;

    public override int Prepare()
    {
        var width = op.Shape.KvHeads * op.Shape.HeadDim;
        for (var head = 0; head < op.Shape.KvHeads; head++)
        {
            var keys = State.Cache.Keys(op.Layer, head);
            var values = State.Cache.Values(op.Layer, head);
            for (var token = 0; token < State.Tokens; token++)
            {
                var offset = (long)token * width + head * op.Shape.HeadDim;
                State.Kernels.StoreKey(Input(1) + offset, keys, State.Position + token);
                State.Kernels.StoreValue(Input(2) + offset, values, State.Position + token);
            }
        }
        return op.Shape.KvHeads * Chunks(State.Tokens, ChunkTokens);
    }

    public override void Execute(int chunk, int worker)
    {
        var shape = op.Shape;
        var start = chunk / shape.KvHeads * ChunkTokens;
        var kvHead = chunk % shape.KvHeads;
        var tokens = Math.Min(ChunkTokens, State.Tokens - start);
        var queries = State.Scratch[worker];
        GroupQueries.Copy(State.Kernels, Input(0), shape, kvHead, start, tokens, queries);
        tiles.Attend(kvHead, queries, start, tokens, queries + (long)tokens * shape.GroupHeads * shape.HeadDim);
    }
}
