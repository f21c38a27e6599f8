using Temoto.Plans;

namespace Temoto.Planning.Steps;

/// <summary>The operands of the steps that are being built: what they are called, their formats, and where they lie, now among all tokens, later among the rows whose logits are wanted.</summary>
/// <param name="offsets">Of the values in the arena.</param>
/// <param name="kv">Null for a model without attention.</param>
internal sealed class StepOperands(long[] offsets, WeightPlaces weights, RunMemory run, KvLayout? kv, PlanWish wish)
{
    /// <summary>The last layer whose attention was met, and which of the layers with attention it is.</summary>
    private int attentionLayer = -2, attentionIndex = -1;

    /// <summary>Those met so far.</summary>
    private int convolutions;

    /// <summary>Steps from the selection on work on the rows whose logits are wanted.</summary>
    public bool OnLogitRows { get; set; }

    /// <summary>What counts the rows of activations.</summary>
    public Dimension Rows => OnLogitRows ? Dimension.LogitRows : Dimension.Tokens;

    private int MaxRows => OnLogitRows ? wish.MaxLogitRows : wish.MaxTokens;

    public IEnumerable<Operand> Projection(HeadProjection projection, OperandRole weight, OperandRole bias, OperandRole norm, OperandRole rotary, Axis[] rows)
    {
        yield return weights.Matrix(weight, projection.Linear.Weight, rows);
        if (projection.Linear.Bias is { } name)
            yield return weights.Vector(bias, name, projection.Linear.Output.Width, rows);
        if (projection.Norm is { } headNorm)
            yield return weights.Vector(norm, headNorm.Weight, headNorm.GroupWidth);
        if (projection.Rope is { } rope)
            yield return run.Rotary(rotary, rope.Table);
    }

    /// <summary>The rows of a weight, or the columns of activations, as heads; KV heads of a layout with groups count their queries.</summary>
    public static Axis[] HeadRows(Dimension heads, AttentionShape shape) =>
        [new(heads, heads == Dimension.Heads ? shape.Heads : shape.KvHeads, shape.HeadDim), new(Dimension.HeadDim, shape.HeadDim, 1)];

    /// <summary>Columns of [tokens, Heads, HeadDim]: query heads one by one, or those of a KV head together.</summary>
    public static Axis[] HeadColumns(Dimension heads, AttentionShape shape) => heads == Dimension.Heads
        ? HeadRows(heads, shape)
        : [new(heads, shape.KvHeads, (long)shape.GroupHeads * shape.HeadDim), new(Dimension.GroupHeads, shape.GroupHeads, shape.HeadDim), new(Dimension.HeadDim, shape.HeadDim, 1)];

    public static Axis Inputs(Value value) => new(Dimension.Inputs, value.Width, 1);

    public Operand Activations(OperandRole role, Value value) => Activations(role, value, new Axis(Dimension.Columns, value.Width, 1));

    /// <summary>[rows, columns] in the arena.</summary>
    /// <param name="columns">How columns are counted, in columns.</param>
    public Operand Activations(OperandRole role, Value value, params ReadOnlySpan<Axis> columns)
    {
        var rows = new Axis(Rows, MaxRows, value.RowBytes);
        return new Operand(role, "", MemoryRegion.Activations, value.Format, [MaxRows, value.Width], RowLayout.Parts(value.Format, value.Width, offsets[value.Id], rows, columns));
    }

    /// <summary>[KvHeads, tokens, GroupHeads, positions].</summary>
    public Operand StoredScores(OperandRole role, Value value, AttentionShape shape)
    {
        var element = value.Format.Bits / 8;
        var query = value.RowBytes / shape.Heads;
        var token = query * shape.GroupHeads;
        var part = new Part(PartKind.Elements, offsets[value.Id], 0, element, wish.MaxTokens * value.RowBytes,
        [
            new Axis(Dimension.KvHeads, shape.KvHeads, token * wish.MaxTokens), new Axis(Dimension.Tokens, wish.MaxTokens, token), new Axis(Dimension.GroupHeads, shape.GroupHeads, query),
            new Axis(Dimension.Positions, query / element, element),
        ]);
        return new Operand(role, "", MemoryRegion.Activations, value.Format, [wish.MaxTokens, value.Width], [part]) { IsIntermediate = true };
    }

    /// <summary>[tokens, pieces, KvHeads, PieceFloats].</summary>
    public Operand Pieces(OperandRole role, Value value, AttentionShape shape, int piecePositions)
    {
        var piece = shape.PieceFloats * sizeof(float);
        var part = new Part(PartKind.Elements, offsets[value.Id], 0, piece, wish.MaxTokens * value.RowBytes,
        [
            new Axis(Dimension.Tokens, wish.MaxTokens, value.RowBytes),
            new Axis(Dimension.Positions, KvLayout.WholePanels(wish.ContextTokens), 0) { Tile = piecePositions, TileStrideBytes = piece * shape.KvHeads },
            new Axis(Dimension.KvHeads, shape.KvHeads, piece),
        ]);
        return new Operand(role, "", MemoryRegion.Activations, value.Format, [wish.MaxTokens, value.Width], [part]) { IsIntermediate = true };
    }

    /// <summary>What the next convolution convolves, by position.</summary>
    public Operand Convolved() => kv!.ConvOperand(convolutions++);

    public Operand Cache(OperandRole role, int layer)
    {
        if (layer != attentionLayer)
            (attentionLayer, attentionIndex) = (layer, attentionIndex + 1);
        return kv!.Operand(role, attentionIndex);
    }
}
