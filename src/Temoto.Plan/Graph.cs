namespace Temoto.Plans;

/// <summary>An activation in the graph: [tokens, Width]. Written by exactly one operation.</summary>
/// <param name="Id">Position in <see cref="Graph.Values"/>.</param>
/// <param name="Format">Float32, or integers once they are rounded.</param>
public sealed record Value(int Id, string Name, int Width, Format Format)
{
    /// <summary>Its rows are integers in place of floats.</summary>
    public bool IsQuantized => Format.IsInteger;

    /// <summary>Bytes of one token.</summary>
    public long RowBytes => Format.RowBytes(Width);
}

/// <summary>A weight the graph names, with the shape it must have.</summary>
public sealed record WeightUse(string Name, Items<long> Shape)
{
    /// <summary>The layer that it is of; null outside of all.</summary>
    public int? Layer { get; init; }
}

/// <summary>What a model computes, as the model writes it down: its operations in order, the activations between them, the weights they name.</summary>
/// <param name="VocabSize">Token ids are below it; of a picture model, 0.</param>
/// <param name="RotaryTables">Those that <see cref="RopeOp"/> names.</param>
/// <param name="Logits">[rows, vocab]: the last value.</param>
public sealed record Graph(IReadOnlyList<Op> Ops, IReadOnlyList<Value> Values, IReadOnlyList<WeightUse> Weights, int VocabSize, IReadOnlyList<RotaryTable> RotaryTables, Value Logits);
