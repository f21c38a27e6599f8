using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>An activation in the graph: [tokens, Width] float32. Written by exactly one operation.</summary>
/// <param name="Id">Position in <see cref="ModelGraph.Values"/>.</param>
/// <param name="Quantized">Its rows are integers (<see cref="QuantizedRow"/>) in place of floats.</param>
internal sealed record Value(int Id, string Name, int Width, bool Quantized = false)
{
    /// <summary>Bytes of one token.</summary>
    public long RowBytes => Quantized ? QuantizedRow.Bytes(Width) : (long)Width * sizeof(float);
}

/// <summary>
/// One operation of a model, in the order of the maths. Plain data: weights are named, not held. A layer index of -1 stands
/// outside the layers.
/// </summary>
internal abstract record Op(string Name, int Layer, Value Output)
{
    /// <summary>The activations it reads.</summary>
    public abstract IReadOnlyList<Value> Inputs { get; }

    /// <summary>True where the output may be written over the first input, element by element.</summary>
    public virtual bool CanRunInPlace => false;

    /// <summary>The matrix products it consists of, or that are fused into it.</summary>
    public virtual IReadOnlyList<LinearOp> Linears => [];
}

/// <summary>Row of the embedding table per token id. Weight [vocab, width].</summary>
internal sealed record EmbedOp(string Name, string Weight, Value Output) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [];
}

/// <summary>
/// The patches of the picture that the run is given, a row each: [3, PatchSize, PatchSize] of its pixels, from left to right and top to bottom. The first
/// <paramref name="FirstRow"/> rows are zero: places for tokens that are no patches.
/// </summary>
/// <param name="GridWidth">Patches side by side.</param>
internal sealed record PatchesOp(string Name, int PatchSize, int GridHeight, int GridWidth, int FirstRow, Value Output) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [];
}

/// <summary>The first rows become tokens of the model's own: class token, distillation token. Weights [width] each.</summary>
internal sealed record OwnTokensOp(string Name, Value Input, IReadOnlyList<string> Weights, Value Output) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>RMS norm over groups of <paramref name="GroupWidth"/> elements: the whole width, or each head (q_norm and k_norm). Weight [GroupWidth].</summary>
internal sealed record RmsNormOp(string Name, int Layer, Value Input, string Weight, int GroupWidth, float Epsilon, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>Layer norm over the whole width: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Weight and bias [Width].</summary>
internal sealed record LayerNormOp(string Name, int Layer, Value Input, string Weight, string Bias, float Epsilon, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>
/// Adds to each token the row of a table of learned positions: token at position p takes row p + <paramref name="Offset"/>. Weight [positions + Offset, width].
/// </summary>
internal sealed record AddPositionsOp(string Name, Value Input, string Weight, int Offset, Value Output) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>y = x W^T + b. Weight [Output.Width, Input.Width], bias [Output.Width] or null.</summary>
internal sealed record LinearOp(string Name, int Layer, Value Input, string Weight, string? Bias, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override IReadOnlyList<LinearOp> Linears => [this];
}

/// <summary>
/// Activations rounded to an int8 grid (W8A8): y = clamp(round(x / s), -127, 127) * s. s is <paramref name="StaticScale"/>, or max|x| / 127 of each token.
/// </summary>
internal sealed record RoundToGridOp(string Name, int Layer, Value Input, float? StaticScale, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>
/// Activations as integers for the linear operations that read them: a scale per 32 columns, or the grid that the weights ask for (<see cref="InputGrid"/>).
/// </summary>
internal sealed record QuantizeOp(string Name, int Layer, Value Input, InputGrid? Grid, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];
}

/// <summary>Rotary positions on each head of [tokens, heads * HeadDim].</summary>
internal sealed record RopeOp(string Name, int Layer, Value Input, int HeadDim, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>
/// Attention of the new tokens over the cache: stores this layer's keys and values, then per head softmax(q K^T / sqrt(HeadDim)) V.
/// Query heads h share the KV head h / GroupHeads. As models write it down; a plan carries it out in one of the ways of <see cref="DataflowMode"/>.
/// </summary>
internal sealed record AttentionOp(string Name, int Layer, Value Query, Value Key, Value Value, AttentionShape Shape, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Query, Key, Value];
}

/// <summary>silu(gate) * up.</summary>
internal sealed record SiluMultiplyOp(string Name, int Layer, Value Gate, Value Up, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Gate, Up];

    public override bool CanRunInPlace => true;
}

/// <summary>A function of each element.</summary>
internal sealed record ActivateOp(string Name, int Layer, Value Input, Activation Function, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];

    public override bool CanRunInPlace => true;
}

/// <summary>The residual sum.</summary>
internal sealed record AddOp(string Name, int Layer, Value Left, Value Right, Value Output) : Op(Name, Layer, Output)
{
    public override IReadOnlyList<Value> Inputs => [Left, Right];

    public override bool CanRunInPlace => true;
}

/// <summary>(left + right) / 2: two heads that answer together.</summary>
internal sealed record AverageOp(string Name, Value Left, Value Right, Value Output) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [Left, Right];

    public override bool CanRunInPlace => true;
}

/// <summary>Keeps the rows of the tokens whose logits are wanted; everything after it runs on those rows only.</summary>
/// <param name="FirstRow">The first of them; null for the last tokens of the run.</param>
internal sealed record SelectRowsOp(string Name, Value Input, Value Output, int? FirstRow = null) : Op(Name, -1, Output)
{
    public override IReadOnlyList<Value> Inputs => [Input];
}
