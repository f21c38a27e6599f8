using Temoto.Kernels.Integers;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Planning;

/// <summary>A weight as a plan needs to know it: how it is written, how large, and nothing of what it holds.</summary>
/// <param name="RowBytes">Of one row as it lies: packed rows on average, rounded up; scales and zero points in planes of their own not included.</param>
/// <param name="ElementBytes">All rows as they lie.</param>
/// <param name="ScaleBytes">Scales in a plane of their own.</param>
/// <param name="ZeroPointBytes">Zero points in a plane of their own.</param>
internal sealed record WeightInfo(string Name, Format Format, long Rows, long Columns, long RowBytes, long ElementBytes, long ScaleBytes, long ZeroPointBytes)
{
    /// <summary>Of one row once it is unpacked; <see cref="RowBytes"/> where it lies plain.</summary>
    public required long PlainRowBytes { get; init; }

    /// <summary>Packed rows are decoded in blocks of as many.</summary>
    public int BlockRows { get; init; } = 1;

    /// <summary>One scale for the whole matrix.</summary>
    public bool HasOneScale { get; init; }

    /// <summary>How the input of its product is to be rounded; null where it says nothing.</summary>
    public Grid? InputGrid { get; init; }

    /// <summary>Its rows lie in a packed encoding.</summary>
    public bool IsPacked => Format.Packing != RowPacking.None;

    /// <summary>Everything.</summary>
    public long Bytes => ElementBytes + ScaleBytes + ZeroPointBytes;

    /// <summary>The same weight with its rows laid out plain.</summary>
    public WeightInfo Plain => this with
    {
        Format = Format with { Packing = RowPacking.None, EscapeShare = null },
        RowBytes = PlainRowBytes,
        ElementBytes = PlainRowBytes * Rows,
        BlockRows = 1,
    };

    public static WeightInfo Of(Tensor tensor)
    {
        var rows = Math.Max(1, tensor.Rows);
        var elements = tensor.Encoded?.ByteLength ?? tensor.ByteLength;
        return new WeightInfo(
            tensor.Name,
            FormatOf(tensor),
            tensor.Rows,
            tensor.Columns,
            Math.Max(1, (elements + rows - 1) / rows),
            elements,
            tensor.Scales?.Scales.ByteLength ?? 0,
            tensor.Scales?.Zeros?.ByteLength ?? 0)
        {
            PlainRowBytes = tensor.RowBytes,
            BlockRows = tensor.Encoded?.BlockRows ?? 1,
            HasOneScale = tensor.Scales is { PerTensor: true },
            InputGrid = tensor.InputGrid is { } grid ? new Grid(grid.StaticScale) : null,
        };
    }

    private static Format FormatOf(Tensor tensor)
    {
        var format = tensor.DType switch
        {
            DType.F32 => Format.Single,
            DType.F16 => new Format(NumberType.Float16, 16),
            DType.BF16 => new Format(NumberType.Bfloat16, 16),
            DType.F8E4M3 => new Format(NumberType.Float8E4M3, 8),
            DType.F8E5M2 => new Format(NumberType.Float8E5M2, 8),
            DType.I8 => new Format(NumberType.Int8, 8),
            DType.U8 => new Format(NumberType.Uint8, 8),
            DType.I16 => new Format(NumberType.Int16, 16),
            DType.I32 => new Format(NumberType.Int32, 32),
            DType.I64 => new Format(NumberType.Int64, 64),
            DType.F64 => new Format(NumberType.Float64, 64),
            DType.Bool => new Format(NumberType.Bool, 8),
            DType.I4 => new Format(NumberType.Int4, 4),
            DType.Q8_0 => Blocks(NumberType.Q8_0, 8, 32, ScaleType.Float16, false),
            DType.Q4_0 => Blocks(NumberType.Q4_0, 4, 32, ScaleType.Float16, false),
            DType.Q4_1 => Blocks(NumberType.Q4_1, 4, 32, ScaleType.Float16, true),
            DType.Q5_0 => Blocks(NumberType.Q5_0, 5, 32, ScaleType.Float16, false),
            DType.Q5_1 => Blocks(NumberType.Q5_1, 5, 32, ScaleType.Float16, true),
            DType.Q2_K => Blocks(NumberType.Q2_K, 2, 16, ScaleType.IntegerTimesFloat16, true),
            DType.Q3_K => Blocks(NumberType.Q3_K, 3, 16, ScaleType.IntegerTimesFloat16, false),
            DType.Q4_K => Blocks(NumberType.Q4_K, 4, 32, ScaleType.IntegerTimesFloat16, true),
            DType.Q5_K => Blocks(NumberType.Q5_K, 5, 32, ScaleType.IntegerTimesFloat16, true),
            DType.Q6_K => Blocks(NumberType.Q6_K, 6, 16, ScaleType.IntegerTimesFloat16, false),
            DType.IQ4_NL => Blocks(NumberType.IQ4_NL, 4, 32, ScaleType.Float16, false),
            DType.IQ4_XS => Blocks(NumberType.IQ4_XS, 4, 32, ScaleType.IntegerTimesFloat16, false),
            DType.MXFP4 => Blocks(NumberType.MXFP4, 4, 32, ScaleType.Exponent, false),
            DType.NVFP4 => Blocks(NumberType.NVFP4, 4, 16, ScaleType.Float8, false),
            DType.TQ1_0 => Blocks(NumberType.TQ1_0, 2, 256, ScaleType.Float16, false),
            DType.TQ2_0 => Blocks(NumberType.TQ2_0, 2, 256, ScaleType.Float16, false),
            DType.IQ3_XXS => Blocks(NumberType.IQ3_XXS, 3, 32, ScaleType.IntegerTimesFloat16, false),
            DType.IQ3_S => Blocks(NumberType.IQ3_S, 3, 32, ScaleType.IntegerTimesFloat16, false),
            DType.IQ2_XXS => Blocks(NumberType.IQ2_XXS, 2, 32, ScaleType.IntegerTimesFloat16, false),
            DType.IQ2_XS => Blocks(NumberType.IQ2_XS, 2, 16, ScaleType.IntegerTimesFloat16, false),
            DType.IQ2_S => Blocks(NumberType.IQ2_S, 2, 16, ScaleType.IntegerTimesFloat16, false),
            DType.IQ1_S => Blocks(NumberType.IQ1_S, 2, 32, ScaleType.IntegerTimesFloat16, false),
            DType.IQ1_M => Blocks(NumberType.IQ1_M, 2, 16, ScaleType.IntegerTimesFloat16, false),
            _ => throw new ArgumentOutOfRangeException(nameof(tensor), tensor.DType, "no such element type"),
        };
        if (tensor.Scales is { } scales)
        {
            format = format with
            {
                Group = scales.GroupSize,
                Scales = scales.Scales.DType == DType.F16 ? ScaleType.Float16 : ScaleType.Float32,
                HasZeroPoints = scales.Zeros is not null,
            };
        }
        if (tensor.Encoded is null)
            return format;
        // Zero points are for unpacked rows, and so are groups that no integer product takes.
        return tensor is { Encoded.Escaped: { } code, Scales: { Zeros: null } } && IntegerDot.Takes(tensor)
            ? format with { Packing = RowPacking.Escape, EscapeShare = code.EscapeShare }
            : format with { Packing = RowPacking.Decoded };
    }

    private static Format Blocks(NumberType type, int bits, int group, ScaleType scales, bool hasMinima) => new(type, bits) { Group = group, Scales = scales, HasZeroPoints = hasMinima };
}
