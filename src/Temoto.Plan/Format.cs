using System.Text.Json.Serialization;

namespace Temoto.Plans;

/// <summary>How a scale is stored.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ScaleType>))]
public enum ScaleType
{
    /// <summary>Numbers stand for themselves.</summary>
    None,

    /// <summary>IEEE single.</summary>
    Float32,

    /// <summary>IEEE half.</summary>
    Float16,

    /// <summary>Six-bit integers times a half-float scale of the block (GGUF K types of four and five bits; of three and four bits in Q2_K and IQ types).</summary>
    IntegerTimesFloat16,

    /// <summary>An exponent of two.</summary>
    Exponent,

    /// <summary>A float of eight bits, four of them exponent.</summary>
    Float8,
}

/// <summary>How rows of a weight are made shorter without loss.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RowPacking>))]
public enum RowPacking
{
    /// <summary>They lie plain.</summary>
    None,

    /// <summary>In a code that is decoded in blocks of rows before use.</summary>
    Decoded,

    /// <summary>In the escape code, multiplied as they lie.</summary>
    Escape,
}

/// <summary>Integer activations on one grid for a whole token (W8A8): x becomes clamp(round(x / s), -127, 127) * s.</summary>
/// <param name="StaticScale">s, fixed by calibration; null takes s = max|x| / 127 of each token as it comes.</param>
public sealed record Grid(float? StaticScale)
{
    /// <inheritdoc/>
    public bool Equals(Grid? other) =>
        other is not null && StaticScale == other.StaticScale;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StaticScale ?? 0);
}

/// <summary>How the numbers of an operand are written.</summary>
/// <param name="Type">Of one number; of a block where blocks hold their own scales.</param>
/// <param name="Bits">Of one number without scales.</param>
public sealed record Format(NumberType Type, int Bits)
{
    /// <summary>Float32, as activations are unless they are rounded.</summary>
    public static Format Single { get; } = new(NumberType.Float32, 32);

    /// <summary>
    /// Int8 activations: 32 columns share a float32 scale. A row lies as [blocks] scales, [blocks] int32 sums times -128, [columns] integers.
    /// </summary>
    public static Format Int8Blocks { get; } = new(NumberType.Int8, 8) { Group = 32, Scales = ScaleType.Float32, HasBlockSums = true };

    /// <summary>Columns that share a scale; 0 where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Group { get; init; }

    /// <summary>How scales are stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ScaleType Scales { get; init; }

    /// <summary>A zero point, or a minimum, per group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasZeroPoints { get; init; }

    /// <summary>Beside each scale the sum of the group's integers, for products with weights that are stored unsigned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasBlockSums { get; init; }

    /// <summary>How rows are shortened.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public RowPacking Packing { get; init; }

    /// <summary>Of rows in the escape code, the share with escapes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? EscapeShare { get; init; }

    /// <summary>The grid that a token's numbers are rounded to, where it is one for all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Grid? Grid { get; init; }

    /// <summary>Numbers with a scale, rather than floats.</summary>
    [JsonIgnore]
    public bool IsInteger => Scales != ScaleType.None;

    /// <summary>Bytes of a row of activations with everything that belongs to it.</summary>
    public long RowBytes(long columns)
    {
        var numbers = (columns * Bits + 7) / 8;
        if (Group == 0)
            return numbers;
        var groups = (columns + Group - 1) / Group;
        return numbers + groups * (ScaleBytes + (HasBlockSums ? sizeof(int) : 0));
    }

    /// <summary>Bytes of one scale.</summary>
    [JsonIgnore]
    public int ScaleBytes => Scales switch
    {
        ScaleType.None => 0,
        ScaleType.Float32 => 4,
        ScaleType.Float16 or ScaleType.IntegerTimesFloat16 => 2,
        _ => 1,
    };

    /// <inheritdoc/>
    public bool Equals(Format? other) =>
        other is not null && Type == other.Type && Bits == other.Bits && Group == other.Group && Scales == other.Scales
        && HasZeroPoints == other.HasZeroPoints && HasBlockSums == other.HasBlockSums && Packing == other.Packing
        && EscapeShare == other.EscapeShare && Equals(Grid, other.Grid);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((int)Type, Bits, Group);
}
