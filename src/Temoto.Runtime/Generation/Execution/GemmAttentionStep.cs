using Temoto.Dataflow;
using Temoto.Kernels.Attention;

namespace Temoto.Generation.Execution;

/// <summary>
/// The three steps of attention in GEMM mode: each works on one KV head and some tokens at a time and leaves its result in the arena. Scores and probabilities are
/// [KvHeads, tokens, GroupHeads, stride], a row per query; what a causal mask hides is neither computed nor read.
/// </summary>
internal abstract unsafe class GemmAttentionStep(PlanStep step, AttentionShape shape, Value scores, ForwardState state) : BoundStep(step, state, false)
{
    protected AttentionShape Shape { get; } = shape;

    /// <summary>What computes in integers, or null.</summary>
    protected IntegerAttention? Integers { get; } = state.IntegersOf(shape);

    /// <summary>Floats from one query's scores to the next's.</summary>
    protected long Stride { get; } = scores.Width / shape.Heads;

    public override bool HasUnevenChunks => true;

    public override int Prepare() => Shape.KvHeads * Chunks(State.Tokens, Step.TileTokens);

    public override void Execute(int chunk, int worker)
    {
        var start = chunk / Shape.KvHeads * Step.TileTokens;
        Execute(chunk % Shape.KvHeads, start, Math.Min(Step.TileTokens, State.Tokens - start), State.Scratch[worker]);
    }

    protected abstract void Execute(int kvHead, int start, int tokens, float* scratch);

    /// <summary>Positions that a token of this run sees.</summary>
    protected int Length(int token) => State.Position + (Shape.Causal ? token + 1 : State.Tokens);

    /// <summary>Floats before the scores of a token's first head.</summary>
    protected long Row(int kvHead, int token) => ((long)kvHead * State.Tokens + token) * Shape.GroupHeads * Stride;
}
