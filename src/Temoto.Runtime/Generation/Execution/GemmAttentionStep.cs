using Temoto.Kernels.Attention;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// The three steps of attention in GEMM mode: each works on one KV head and some tokens at a time and leaves its result in the arena. Scores and probabilities are
/// [KvHeads, tokens, GroupHeads, stride], a row per query; what a causal mask hides is neither computed nor read.
/// </summary>
/// <param name="scores">The operand that holds scores or probabilities.</param>
internal abstract unsafe class GemmAttentionStep(StepBinding binding, OperandRole scores) : BoundStep(binding)
{
    private readonly long kvHeadStride = binding.Step[scores].Elements.Axes[0].StrideBytes / sizeof(float);
    private readonly long tokenStride = binding.Step[scores].Elements.Axes[1].StrideBytes / sizeof(float);
    private readonly int tileTokens = binding.Step.Tile(Dimension.Tokens);

    protected AttentionShape Shape { get; } = binding.Step.Attention!;

    /// <summary>What computes in integers, or null.</summary>
    protected IntegerAttention? Integers { get; } = binding.State.IntegersOf(binding.Step.Attention!);

    /// <summary>Floats from one query's scores to the next's.</summary>
    protected long Stride { get; } = binding.Step[scores].Elements.Axes[2].StrideBytes / sizeof(float);

    public override bool HasUnevenChunks => true;

    public override int Prepare() => Shape.KvHeads * Chunks(State.Tokens, tileTokens);

    public override void Execute(int chunk, int worker)
    {
        var start = chunk / Shape.KvHeads * tileTokens;
        Execute(chunk % Shape.KvHeads, start, Math.Min(tileTokens, State.Tokens - start), State.Scratch[worker]);
    }

    protected abstract void Execute(int kvHead, int start, int tokens, float* scratch);

    /// <summary>Positions that a token of this run sees.</summary>
    protected int Length(int token) => Shape.SeenTo(State.PlaceOf(token), State.EndOf(token));

    /// <summary>The first position that a token of this run sees.</summary>
    protected int First(int token) => Math.Max(State.StartOf(token), Shape.SeenFrom(State.PlaceOf(token)));

    /// <summary>Where the key panel begins that holds the first position that this and all later tokens see.</summary>
    protected int FirstPanel(int token) => KvLayout.PanelStart(First(token));

    /// <summary>Floats before the scores of a token's first head.</summary>
    protected long Row(int kvHead, int token) => kvHead * kvHeadStride + token * tokenStride;
}
