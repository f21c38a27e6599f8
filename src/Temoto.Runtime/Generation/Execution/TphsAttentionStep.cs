using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

/// <summary>
/// TPHS: a chunk is one KV head and a span of tokens. The queries of its group are projected into scratch, the attended heads leave it; nothing between them is stored.
/// </summary>
internal sealed unsafe class TphsAttentionStep(PlanStep step, TphsAttentionOp op, BoundHeads query, AttentionTiles tiles, ForwardState state) : BoundStep(step, state, false)
{
    public static long ScratchFloats(Plan plan, PlanStep step, TphsAttentionOp op, KernelSet kernels)
    {
        var tokens = Math.Min(plan.MaxTokens, step.TileTokens);
        var shape = op.Shape;
        return (long)tokens * shape.GroupHeads * shape.HeadDim
            + Math.Max(BoundLinear.ScratchFloats(op.Query.Linear, plan, kernels, shape.HeadDim), AttentionTiles.ScratchFloats(shape, kernels, tokens, plan.ContextTokens));
    }

    public override bool HasUnevenChunks => true;

    public override int Prepare() => op.Shape.KvHeads * Chunks(State.Tokens, Step.TileTokens);

    public override void Execute(int chunk, int worker)
    {
        var shape = op.Shape;
        // Later spans see more positions: they come first, so that the last chunks are the short ones.
        var start = (Chunks(State.Tokens, Step.TileTokens) - 1 - chunk / shape.KvHeads) * Step.TileTokens;
        var kvHead = chunk % shape.KvHeads;
        var tokens = Math.Min(Step.TileTokens, State.Tokens - start);
        var tokenFloats = shape.GroupHeads * shape.HeadDim;
        var queries = State.Scratch[worker];
        var scratch = queries + (long)tokens * tokenFloats;
        for (var head = 0; head < shape.GroupHeads; head++)
            query.Compute(kvHead * shape.GroupHeads + head, start, tokens, queries + head * shape.HeadDim, tokenFloats, scratch);
        tiles.Attend(kvHead, queries, start, tokens, scratch);
    }
}
