using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>How the operations of attention are carried out.</summary>
internal enum DataflowMode
{
    /// <summary>Every operation by itself; intermediates go through memory.</summary>
    Gemm,
}

/// <summary>The part of a generation a plan is for.</summary>
internal enum Phase
{
    /// <summary>Many tokens at once: the prompt.</summary>
    Prefill,

    /// <summary>One token at a time.</summary>
    Decode,
}

/// <summary>One operation with everything decided: how it runs, how it is cut, where its operands lie, how its weight is encoded, what it moves.</summary>
/// <param name="Inputs">Byte offsets of the inputs in the arena, in the order of <see cref="Op.Inputs"/>.</param>
/// <param name="Output">Byte offset of the output in the arena.</param>
/// <param name="TileRows">Output rows of the weight (linear), or tokens (everything else), that one chunk of parallel work takes.</param>
/// <param name="WeightType">Encoding of the weight as it lies in memory; null without a weight.</param>
/// <param name="WeightBytes">Weight and bias bytes the step reads once per run, whatever the number of tokens.</param>
/// <param name="ActivationBytesPerToken">Activation bytes it reads and writes for each token, KV cache not included.</param>
internal sealed record PlanStep(
    Op Op,
    DataflowMode Mode,
    IReadOnlyList<long> Inputs,
    long Output,
    int TileRows,
    DType? WeightType,
    long WeightBytes,
    long ActivationBytesPerToken);

/// <summary>
/// An immutable decision for a model, a machine and a phase: what the executor runs, step by step. Plain data; nothing in it is a delegate or an address.
/// </summary>
/// <param name="MaxTokens">Most tokens one run takes.</param>
/// <param name="MaxLogitRows">Most rows of logits one run gives.</param>
/// <param name="ArenaBytes">Memory for all activations; every offset of the steps lies inside.</param>
/// <param name="LogitsOffset">Byte offset of the logits [MaxLogitRows, vocab] in the arena.</param>
/// <param name="KvType">How keys and values are stored.</param>
internal sealed record Plan(
    ModelGraph Graph,
    Phase Phase,
    int MaxTokens,
    int MaxLogitRows,
    IReadOnlyList<PlanStep> Steps,
    long ArenaBytes,
    long LogitsOffset,
    KvType KvType)
{
    /// <summary>Weight bytes read by one run: the whole model once, and one row of the embedding table per token.</summary>
    public long WeightBytes { get; } = Steps.Sum(step => step.WeightBytes);

    /// <summary>Activation bytes read and written for each token, KV cache not included.</summary>
    public long ActivationBytesPerToken { get; } = Steps.Sum(step => step.ActivationBytesPerToken);

    /// <summary>Bytes of keys and values one cached position holds over all layers.</summary>
    public long KvBytesPerPosition { get; } = KvLayout.BytesPerPosition(Graph.Config, KvType);

    /// <summary>
    /// Bytes moved to generate one token when <paramref name="position"/> tokens are cached: all weights, the cache read once, the new
    /// position written, activations written and read. Computed from the plan, not measured.
    /// </summary>
    public long BytesPerToken(int position) =>
        WeightBytes + KvBytesPerPosition * (position + 1L) + ActivationBytesPerToken;
}
