using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>
/// The order in which a step is carried out: loops, and in their bodies what is read, computed and written. An access touches of its operand what the loops around it leave open: all
/// indices of a dimension no loop runs over, else the current tile. This tree is the only place that says order.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Loop), "loop")]
[JsonDerivedType(typeof(Access), "access")]
[JsonDerivedType(typeof(Work), "work")]
public abstract record LoopNode;

/// <summary>Takes the indices of a dimension, or those of the tile around it, a tile at a time.</summary>
/// <param name="Tile">Indices taken together; the last tile may be shorter.</param>
public sealed record Loop(Dimension Over, int Tile, Items<LoopNode> Body) : LoopNode
{
    /// <summary>Tiles may be taken side by side, in any order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Parallel { get; init; }

    /// <summary>The last tile first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Descending { get; init; }

    /// <inheritdoc/>
    public bool Equals(Loop? other) =>
        other is not null && Over == other.Over && Tile == other.Tile && Parallel == other.Parallel && Descending == other.Descending
        && Body.Equals(other.Body);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Over, Tile, Body);
}

/// <summary>What an access does.</summary>
[JsonConverter(typeof(SnakeCaseEnum<AccessKind>))]
public enum AccessKind
{
    /// <summary>Reads the indices in reach, whole tiles of tiled axes.</summary>
    Read,

    /// <summary>Writes them.</summary>
    Write,

    /// <summary>Writes keys or values at the positions of the tokens in reach, and nothing beside them.</summary>
    Append,

    /// <summary>Reads the table row of each token in reach.</summary>
    Gather,
}

/// <summary>Reads or writes an operand.</summary>
public sealed record Access(AccessKind Kind, OperandRole Operand) : LoopNode
{
    /// <inheritdoc/>
    public bool Equals(Access? other) =>
        other is not null && Kind == other.Kind && Operand == other.Operand;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Kind, (int)Operand);
}

/// <summary>What is computed.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WorkKind>))]
public enum WorkKind
{
    /// <summary>Weights times activations; operations are multiplications and additions.</summary>
    Product,

    /// <summary>Queries times keys, or probabilities times values; operations are multiplications and additions.</summary>
    Attention,

    /// <summary>Exponentials of a softmax.</summary>
    Softmax,

    /// <summary>Elements of a norm.</summary>
    Norm,

    /// <summary>Elements that pass a function, a sum, a rotation or a rounding.</summary>
    Elementwise,

    /// <summary>Bytes that come out of packed rows.</summary>
    Unpack,
}

/// <summary>Computes: as many operations as the indices in reach of the listed dimensions multiplied, times <paramref name="PerElement"/>.</summary>
/// <param name="Operand">The weight of a product, the cache of attention; whose elements they are elsewhere.</param>
public sealed record Work(WorkKind Kind, OperandRole Operand, Items<Dimension> Over, int PerElement) : LoopNode
{
    /// <inheritdoc/>
    public bool Equals(Work? other) =>
        other is not null && Kind == other.Kind && Operand == other.Operand && PerElement == other.PerElement && Over.Equals(other.Over);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Kind, (int)Operand, PerElement);
}
