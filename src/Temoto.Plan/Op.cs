namespace Temoto.Plans;

/// <summary>
/// One operation of a model, in the order of the maths. Plain data: weights are named, not held. A layer index of -1 stands
/// outside the layers.
/// </summary>
public abstract record Op(string Name, int Layer, Value Output)
{
    /// <summary>The activations it reads.</summary>
    public abstract IReadOnlyList<Value> Inputs { get; }

    /// <summary>True where the output may be written over the first input, element by element.</summary>
    public virtual bool CanRunInPlace => false;

    /// <summary>The matrix products it consists of, or that are fused into it.</summary>
    public virtual IReadOnlyList<LinearOp> Linears => [];

    /// <summary>The matrices that it multiplies by, those of experts too, and what meets them.</summary>
    public virtual IEnumerable<(string Weight, Value Input)> Products => Linears.Select(linear => (linear.Weight, linear.Input));
}

/// <summary>Row of the embedding table per token id, times <paramref name="Scale"/>. Weight [vocab, width].</summary>
public sealed record EmbedOp(string Name, string Weight, float? Scale, Value Output) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [];
}

/// <summary>
/// The patches of the picture that the run is given, a row each: [3, PatchSize, PatchSize] of its pixels, from left to right and top to bottom. The first
/// rows may be zero: places for tokens that are no patches.
/// </summary>
public sealed record PatchesOp(string Name, PatchGrid Grid, Value Output) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [];
}

/// <summary>The first rows become learned tokens: class token, distillation token. Weights [width] each.</summary>
public sealed record LearnedTokensOp(string Name, Value Input, Items<string> Weights, Value Output) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>RMS norm over groups of <paramref name="GroupWidth"/> elements: the whole width, or each head (q_norm and k_norm). Weight [GroupWidth].</summary>
public sealed record RmsNormOp(string Name, int Layer, Value Input, string Weight, int GroupWidth, float Epsilon, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>Layer norm over the whole width: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Weight and bias [Width], or null: 1 and 0.</summary>
public sealed record LayerNormOp(string Name, int Layer, Value Input, string? Weight, string? Bias, float Epsilon, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>
/// Adds to each token the row of a table of learned positions: token at position p takes row p + <paramref name="Offset"/>. Weight [positions + Offset, width].
/// </summary>
public sealed record AddPositionsOp(string Name, Value Input, string Weight, int Offset, Value Output) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>y = (x W^T + b) * scale. Weight [Output.Width, Input.Width], bias [Output.Width] or null.</summary>
/// <param name="Scale">Of logits; null is 1.</param>
public sealed record LinearOp(string Name, int Layer, Value Input, string Weight, string? Bias, float? Scale, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override IReadOnlyList<LinearOp> Linears => [this];
}

/// <summary>Rotary positions on each head of [tokens, heads * HeadDim]: on as many of its first columns as the table has.</summary>
/// <param name="Table">The name of a <see cref="RotaryTable"/> of the graph.</param>
public sealed record RopeOp(string Name, int Layer, Value Input, int HeadDim, string Table, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>
/// Attention of the new tokens over the cache: stores this layer's keys and values, then per head softmax(ScoreScale * q K^T) V.
/// Query heads h share the KV head h / GroupHeads. As models write it down; a plan carries it out in one of the ways of <see cref="DataflowMode"/>.
/// </summary>
public sealed record AttentionOp(string Name, int Layer, Value Query, Value Key, Value Value, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>A score of each query head, [Heads], that is in the sum of its softmax and stands for no position (Xiao et al., arXiv 2309.17453); null where there is none.</summary>
    public string? Sinks { get; init; }

    /// <summary>What scores get by query head and distance, [Heads * (2 * <see cref="AttentionShape.BiasReach"/> - 1)]; null where there is nothing.</summary>
    public string? PositionBias { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Query, Key, Value];
}

/// <summary>Keys and values that have been computed go into the cache: what <see cref="AttentionOp"/> does first, by itself.</summary>
/// <param name="Output">Width 0: says that the cache is filled.</param>
public sealed record StoreKvOp(string Name, int Layer, Value Key, Value Value, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Key, Value];
}

/// <summary>f(gate) * up.</summary>
public sealed record GateOp(string Name, int Layer, Value Gate, Value Up, Activation Function, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Gate, Up];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>A function of each element.</summary>
public sealed record ActivateOp(string Name, int Layer, Value Input, Activation Function, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>The cap of <see cref="Activation.SoftCap"/>.</summary>
    public float? Cap { get; init; }

    /// <summary>The learned numbers of <see cref="Activation.Xielu"/>, [4]; null for functions without.</summary>
    public string? Parameters { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>Which experts each token is sent to: [tokens, experts], what each counts, 0 where it is not asked.</summary>
/// <param name="Input">Logits of the experts.</param>
public sealed record RouteOp(string Name, int Layer, Value Input, Routing Routing, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>f(x Wgate^T + bgate) * (x Wup^T + bup) of each token's experts, [tokens, Chosen, Width]: in the order of the experts.</summary>
/// <param name="Gates">The matrix of each expert, [Width, Input.Width].</param>
/// <param name="Ups">Likewise.</param>
public sealed record GatedExpertsOp(string Name, int Layer, Value Input, Value Routes, Routing Routing, Items<string> Gates, Items<string> Ups, Activation Function, int Width, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>The bias of each expert's gate, [Width]; none where they have none.</summary>
    public Items<string> GateBiases { get; init; } = [];

    /// <summary>Likewise of up.</summary>
    public Items<string> UpBiases { get; init; } = [];

    /// <summary>What both pass before they meet; null leaves them.</summary>
    public GateBounds? Bounds { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input, Routes];

    /// <inheritdoc/>
    public override IEnumerable<(string Weight, Value Input)> Products => Gates.Concat(Ups).Select(weight => (weight, Input));
}

/// <summary>The sum over a token's experts of what each counts times x Wdown^T + bdown, x being [tokens, Chosen, Width].</summary>
/// <param name="Downs">The matrix of each expert, [Output.Width, Width].</param>
public sealed record DownExpertsOp(string Name, int Layer, Value Input, Value Routes, Routing Routing, Items<string> Downs, int Width, Value Output) : Op(Name, Layer, Output)
{
    /// <summary>The bias of each expert, [Output.Width]; none where they have none.</summary>
    public Items<string> Biases { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input, Routes];

    /// <inheritdoc/>
    public override IEnumerable<(string Weight, Value Input)> Products => Downs.Select(weight => (weight, Input));
}

/// <summary>
/// A gated causal convolution over the last <paramref name="Taps"/> positions, each column by itself (LFM2): with b, c and x, [tokens, Output.Width] each, side by side in the input,
/// y = c * (sum over i of w[i] * (b * x)[position - Taps + 1 + i] + bias); what lies before the first position is 0. Stores b * x in the cache.
/// </summary>
/// <param name="Weight">[Taps * Output.Width]: of the oldest position first.</param>
/// <param name="Bias">[Output.Width], or null.</param>
public sealed record ShortConvOp(string Name, int Layer, Value Input, string Weight, string? Bias, int Taps, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>Each row times sigmoid of a number of its own.</summary>
/// <param name="Factors">[tokens, 1].</param>
public sealed record ScaleRowsOp(string Name, int Layer, Value Input, Value Factors, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input, Factors];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>The residual sum: left + scale * right.</summary>
/// <param name="Scale">Null is 1.</param>
public sealed record AddOp(string Name, int Layer, Value Left, Value Right, float? Scale, Value Output) : Op(Name, Layer, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Left, Right];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>(left + right) / 2: two heads that answer together.</summary>
public sealed record AverageOp(string Name, Value Left, Value Right, Value Output) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Left, Right];

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;
}

/// <summary>Keeps the rows of the tokens whose logits are wanted; everything after it runs on those rows only.</summary>
/// <param name="FirstRow">The first of them; null for the last tokens of the run.</param>
public sealed record SelectRowsOp(string Name, Value Input, Value Output, int? FirstRow = null) : Op(Name, -1, Output)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Value> Inputs => [Input];
}
