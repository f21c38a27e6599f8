using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// The projection of one of q, k, v with what follows it on each head: y = x W^T + b, then an RMS norm (q_norm, k_norm) and rotary positions where the model has them.
/// </summary>
internal sealed record HeadProjection(LinearOp Linear, int Heads, RmsNormOp? Norm, RopeOp? Rope);

/// <summary>
/// Projections to heads in one step: keys and values go into the cache, queries, if they are wanted in memory, into the output [tokens, heads * HeadDim] (width 0 where
/// they are not: then the output only says that the cache is filled).
/// </summary>
internal sealed record HeadProjectionsOp(string Name, int Layer, HeadProjection? Query, HeadProjection Key, HeadProjection Value, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [.. Projections.Select(projection => projection.Linear.Input).Distinct()];

    public override IReadOnlyList<LinearOp> Linears => [.. Projections.Select(projection => projection.Linear)];

    /// <summary>Queries first, where they are computed here.</summary>
    public IReadOnlyList<HeadProjection> Projections => Query is null ? [Key, Value] : [Query, Key, Value];
}

/// <summary>
/// TPHS, the token-parallel head-sequential dataflow of MEADOW (arXiv 2503.11663): for each KV head in turn and tiles of tokens, Q projection, QK^T, softmax over running
/// maxima and S x V, all within the cache of one core. Only the attended heads are stored.
/// </summary>
/// <param name="Filled">The value that says that keys and values are in the cache.</param>
internal sealed record TphsAttentionOp(string Name, int Layer, HeadProjection Query, Value Filled, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>As <see cref="AttentionOp.Sinks"/>.</summary>
    public string? Sinks { get; init; }

    /// <summary>As <see cref="AttentionOp.PositionBias"/>.</summary>
    public string? PositionBias { get; init; }

    public override IReadOnlyList<Value> Inputs => [Query.Linear.Input, Filled];

    public override IReadOnlyList<LinearOp> Linears => [Query.Linear];
}

/// <summary>GEMM mode, first of three: scale * q K^T of all tokens and heads, stored as [KvHeads, tokens, GroupHeads, context].</summary>
internal sealed record ScoresOp(string Name, int Layer, Value Query, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>As <see cref="AttentionOp.PositionBias"/>.</summary>
    public string? PositionBias { get; init; }

    public override IReadOnlyList<Value> Inputs => [Query];
}

/// <summary>GEMM mode, second of three: a softmax over the positions each token sees.</summary>
internal sealed record SoftmaxOp(string Name, int Layer, Value Input, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>As <see cref="AttentionOp.Sinks"/>.</summary>
    public string? Sinks { get; init; }

    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>GEMM mode, third of three: probabilities times values.</summary>
internal sealed record WeightedValuesOp(string Name, int Layer, Value Input, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>
/// Decode: the attention of one token, the cache cut into pieces that threads take side by side. Per piece and head, in [pieces, Heads, HeadDim + 2]: the weighted sum
/// of values, the largest score, the sum of exponentials.
/// </summary>
/// <param name="PiecePositions">Positions of a piece; a multiple of a key panel.</param>
internal sealed record SplitAttentionOp(string Name, int Layer, Value Query, AttentionShape Shape, int PiecePositions, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>As <see cref="AttentionOp.PositionBias"/>.</summary>
    public string? PositionBias { get; init; }

    public override IReadOnlyList<Value> Inputs => [Query];
}

/// <summary>Decode: puts the pieces of <see cref="SplitAttentionOp"/> together.</summary>
internal sealed record MergePiecesOp(string Name, int Layer, Value Input, AttentionShape Shape, int PiecePositions, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>As <see cref="AttentionOp.Sinks"/>: no piece has them in its own sum.</summary>
    public string? Sinks { get; init; }

    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>A norm whose result is rounded to integers at once.</summary>
/// <param name="Norm">RMS or layer norm of the whole width.</param>
internal sealed record NormRoundOp(string Name, int Layer, Op Norm, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => Norm.Inputs;
}

/// <summary>output = residual + scale * (x W^T + b), over the residual.</summary>
internal sealed record ResidualLinearOp(string Name, int Layer, LinearOp Linear, Value Residual, float? Scale, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Residual, Linear.Input];

    public override IReadOnlyList<LinearOp> Linears => [Linear];

    public override bool CanRunInPlace => true;
}

/// <summary>f(x W^T + b), rounded to integers where the output is quantized.</summary>
internal sealed record ActivatedLinearOp(string Name, int Layer, LinearOp Linear, Activation Function, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Linear.Input];

    public override IReadOnlyList<LinearOp> Linears => [Linear];
}

/// <summary>f(x Wgate^T) * (x Wup^T), rounded to integers where the output is quantized: neither product is stored.</summary>
internal sealed record GatedLinearOp(string Name, int Layer, LinearOp Gate, LinearOp Up, Activation Function, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [.. new[] { Gate.Input, Up.Input }.Distinct()];

    public override IReadOnlyList<LinearOp> Linears => [Gate, Up];
}

/// <summary>
/// Activations in the format of <see cref="Op.Output"/>, for the linear operations that read them: integers, or floats rounded to a grid.
/// </summary>
internal sealed record RoundOp(string Name, int Layer, Value Input, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => !Output.IsQuantized;
}
