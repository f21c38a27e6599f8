using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>What an operand is to its step.</summary>
[JsonConverter(typeof(SnakeCaseEnum<OperandRole>))]
public enum OperandRole
{
    /// <summary>Token ids of the run.</summary>
    TokenIds,

    /// <summary>The picture of the run.</summary>
    Pixels,

    /// <summary>The activations that are read.</summary>
    Input,

    /// <summary>The second of two: what is added, averaged or multiplied with the first.</summary>
    Second,

    /// <summary>What a product is added to.</summary>
    Residual,

    /// <summary>The activations that are written.</summary>
    Output,

    /// <summary>The matrix, table or vector of a step that has one.</summary>
    Weight,

    /// <summary>Added to the product with <see cref="Weight"/>, or the bias of a norm.</summary>
    Bias,

    /// <summary>The matrix whose product passes the function of a gated pair.</summary>
    GateWeight,

    /// <summary>The matrix whose product is multiplied with the gate.</summary>
    UpWeight,

    /// <summary>Projects to queries.</summary>
    QueryWeight,

    /// <summary>Added to queries.</summary>
    QueryBias,

    /// <summary>Norm of each query head.</summary>
    QueryNorm,

    /// <summary>Projects to keys.</summary>
    KeyWeight,

    /// <summary>Added to keys.</summary>
    KeyBias,

    /// <summary>Norm of each key head.</summary>
    KeyNorm,

    /// <summary>Projects to values.</summary>
    ValueWeight,

    /// <summary>Added to values.</summary>
    ValueBias,

    /// <summary>Norm of each value head.</summary>
    ValueNorm,

    /// <summary>Cosines and sines of the run's positions for queries.</summary>
    QueryRotary,

    /// <summary>Cosines and sines of the run's positions for keys.</summary>
    KeyRotary,

    /// <summary>Cosines and sines of the run's positions for values (no model turns them; the place is here for symmetry of the three projections).</summary>
    ValueRotary,

    /// <summary>Cosines and sines of the run's positions.</summary>
    Rotary,

    /// <summary>The activations that keys are projected from.</summary>
    KeyInput,

    /// <summary>The activations that values are projected from.</summary>
    ValueInput,

    /// <summary>New keys, before they are in the cache.</summary>
    NewKeys,

    /// <summary>New values, before they are in the cache.</summary>
    NewValues,

    /// <summary>The cached keys of a layer.</summary>
    Keys,

    /// <summary>The cached values of a layer.</summary>
    Values,

    /// <summary>What a short convolution convolves, by position: rows of the cache.</summary>
    Convolved,

    /// <summary>What each expert counts for each token; 0 where it is not asked.</summary>
    Routes,

    /// <summary>Added to the product with <see cref="GateWeight"/>.</summary>
    GateBias,

    /// <summary>Added to the product with <see cref="UpWeight"/>.</summary>
    UpBias,

    /// <summary>A score of each query head that is in the sum of its softmax and stands for no position.</summary>
    Sinks,

    /// <summary>What scores get by query head and distance: see <see cref="AttentionShape.BiasReach"/>.</summary>
    PositionBias,

    /// <summary>Learned numbers of a function of one element: see <see cref="Activation.Xielu"/>.</summary>
    Parameters,
}

/// <summary>The memories a plan places things in. Each starts at 0.</summary>
[JsonConverter(typeof(SnakeCaseEnum<MemoryRegion>))]
public enum MemoryRegion
{
    /// <summary>Activations of a run.</summary>
    Activations,

    /// <summary>Weights, biases and norms.</summary>
    Weights,

    /// <summary>Keys and values, and what convolutions have seen: one such memory for each sequence.</summary>
    KvCache,

    /// <summary>What the run is given or what is worked out for it: token ids, pixels, cosines and sines.</summary>
    Run,
}

/// <summary>A direction in which a step's numbers extend.</summary>
[JsonConverter(typeof(SnakeCaseEnum<Dimension>))]
public enum Dimension
{
    /// <summary>Tokens of the run; in decode each is of a sequence of its own.</summary>
    Tokens,

    /// <summary>Tokens whose logits are wanted.</summary>
    LogitRows,

    /// <summary>Columns of the output: rows of the weight.</summary>
    Columns,

    /// <summary>Columns of the input.</summary>
    Inputs,

    /// <summary>Query heads.</summary>
    Heads,

    /// <summary>Key and value heads.</summary>
    KvHeads,

    /// <summary>Query heads that share a KV head.</summary>
    GroupHeads,

    /// <summary>Elements of a head.</summary>
    HeadDim,

    /// <summary>Positions of the cache.</summary>
    Positions,

    /// <summary>Rows of a table.</summary>
    TableRows,

    /// <summary>Experts that tokens are sent to; of activations, the places of a token's own experts.</summary>
    Experts,
}

/// <summary>
/// One axis of a part: index i lies i * StrideBytes further. With a tile, i / Tile * TileStrideBytes + i % Tile * StrideBytes: keys that lie in panels, scales of a
/// group (stride 0), pieces of a cache.
/// </summary>
/// <param name="Extent">Most indices there are.</param>
public sealed record Axis(Dimension Dimension, long Extent, long StrideBytes)
{
    /// <summary>Indices that lie together; 0 without tiles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Tile { get; init; }

    /// <summary>From one tile to the next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TileStrideBytes { get; init; }

    // By hand here and in the other records of a step: comparers of enumerations and nullable numbers, which a record would use, are compiled anew in every process.
    // PlanEqualityTests changes every member in turn.

    /// <inheritdoc/>
    public bool Equals(Axis? other) =>
        other is not null && Dimension == other.Dimension && Extent == other.Extent && StrideBytes == other.StrideBytes
        && Tile == other.Tile && TileStrideBytes == other.TileStrideBytes;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Dimension, Extent, StrideBytes);
}

/// <summary>What a part of an operand holds.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PartKind>))]
public enum PartKind
{
    /// <summary>The numbers, with the scales that lie among them.</summary>
    Elements,

    /// <summary>Scales in a plane of their own.</summary>
    Scales,

    /// <summary>Zero points in a plane of their own.</summary>
    ZeroPoints,

    /// <summary>Sums of a group's integers.</summary>
    BlockSums,
}

/// <summary>Where a part of an operand lies.</summary>
/// <param name="OffsetBytes">Of the first layer of the section, in the operand's memory.</param>
/// <param name="LayerStrideBytes">From one layer of the section to the next.</param>
/// <param name="RunBytes">Bytes that always lie together: one element, or a whole row.</param>
/// <param name="Bytes">All of the part.</param>
public sealed record Part(PartKind Kind, long OffsetBytes, long LayerStrideBytes, long RunBytes, long Bytes, Items<Axis> Axes)
{
    /// <inheritdoc/>
    public bool Equals(Part? other) =>
        other is not null && Kind == other.Kind && OffsetBytes == other.OffsetBytes && LayerStrideBytes == other.LayerStrideBytes
        && RunBytes == other.RunBytes && Bytes == other.Bytes && Axes.Equals(other.Axes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Kind, OffsetBytes, Bytes);
}

/// <summary>Something a step reads or writes: what it is to the step, where it lies, how it is written.</summary>
/// <param name="Name">Of the weight in the checkpoint, "{layer}" standing for the layer; of the rotary table; empty for activations.</param>
/// <param name="Shape">Rows and columns of a weight; tokens and columns of activations.</param>
public sealed record Operand(OperandRole Role, string Name, MemoryRegion Memory, Format Format, Items<long> Shape, Items<Part> Parts)
{
    /// <summary>Holds what attention would keep on chip: queries, scores, probabilities, pieces.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsIntermediate { get; init; }

    /// <summary>Bytes of all parts.</summary>
    [JsonIgnore]
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var part in Parts.Span)
                bytes += part.Bytes;
            return bytes;
        }
    }

    /// <summary>The part that holds the numbers.</summary>
    [JsonIgnore]
    public Part Elements => Parts[0];

    /// <summary>The part that lies in front of the others: where a row begins.</summary>
    [JsonIgnore]
    public Part First
    {
        get
        {
            var first = Parts[0];
            foreach (var part in Parts.Span)
            {
                if (part.OffsetBytes < first.OffsetBytes)
                    first = part;
            }
            return first;
        }
    }

    /// <inheritdoc/>
    public bool Equals(Operand? other) =>
        other is not null && Role == other.Role && Name == other.Name && Memory == other.Memory && IsIntermediate == other.IsIntermediate
        && Format.Equals(other.Format) && Shape.Equals(other.Shape)
        && Parts.Equals(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Role, Name, Parts);
}
