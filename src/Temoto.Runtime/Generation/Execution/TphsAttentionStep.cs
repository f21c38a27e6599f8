using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// TPHS: a chunk is one KV head and a span of tokens. The queries of its group are projected into scratch, the attended heads leave it; nothing between them is stored.
/// </summary>
internal sealed unsafe class TphsAttentionStep(StepBinding binding) : BoundStep(binding)
{
    private readonly AttentionShape shape = binding.Step.Attention!;
    private readonly BoundHeads query = BoundHeads.Query(binding);
    private readonly Loop spans = binding.Step.Chunks(Dimension.Tokens);
    private readonly AttentionTiles tiles = new(binding, binding.Step.InnerTile(Dimension.Tokens));

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var tokens = Math.Min(plan.MaxTokens, step.Tile(Dimension.Tokens));
        var shape = step.Attention!;
        return (long)tokens * shape.GroupHeads * shape.HeadDim
            + Math.Max(
                BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, shape.HeadDim),
                AttentionTiles.ScratchFloats(shape, kernels, tokens, step.InnerTile(Dimension.Tokens), plan.ContextTokens));
    }

    public override bool HasUnevenChunks => true;

    public override int Prepare() => shape.KvHeads * Chunks(State.Tokens, spans.Tile);

    public override void Execute(int chunk, int worker)
    {
        // Later spans see more positions: the plan takes them first, so that the last chunks are the short ones.
        var span = chunk / shape.KvHeads;
        var start = (spans.Descending ? Chunks(State.Tokens, spans.Tile) - 1 - span : span) * spans.Tile;
        var kvHead = chunk % shape.KvHeads;
        var tokens = Math.Min(spans.Tile, State.Tokens - start);
        var tokenFloats = shape.GroupHeads * shape.HeadDim;
        var queries = State.Scratch[worker];
        var scratch = queries + (long)tokens * tokenFloats;
        for (var head = 0; head < shape.GroupHeads; head++)
            query.Compute(kvHead * shape.GroupHeads + head, start, tokens, queries + head * shape.HeadDim, tokenFloats, scratch);
        tiles.Attend(kvHead, queries, start, tokens, scratch);
    }
}
