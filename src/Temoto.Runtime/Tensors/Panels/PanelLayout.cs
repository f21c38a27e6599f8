namespace Temoto.Tensors.Panels;

/// <summary>
/// How a matrix lies in panels of <see cref="Rows"/> rows: lanes of a register are rows, so a product needs neither sums across lanes nor permutations, and the whole matrix is one stream in the order in which it is read.
/// A panel is its groups one after the other; a group is a header, which holds what stands for its integers, and blocks of 32 columns. Rows beyond the last are zeros.
/// </summary>
/// <remarks>
/// Header, each [16 rows]: scales (float16 as <see cref="RaisedHalf"/>; of I4 and I8 of the type in which they are stored), then minima (Q4_1: float16), zero points (I4 that stores them: int16), or of K types d (float16), dmin (float16), and [8][16] bytes of
/// scales and of minima; of Q6_K d and [16][16] signed scales.
/// Block: bytes as [8 quads][16 rows][4 columns], quad q being columns 4q to 4q + 3. Or nibbles as [4][16][4]: quad q in the low ones, quad q + 4 in the high ones. Behind them, of five bits, the fifth as [16][4] bytes,
/// bit q of which belongs to quad q; of six bits, the upper two as [2][16][4] bytes, bits 2q of plane p to quad 4p + q. Floats, of 16 or 32 bits, have no header and lie as [32 columns][16 rows]; of float16 as <see cref="RaisedHalf"/>.
/// </remarks>
internal readonly record struct PanelLayout
{
    /// <summary>Of a panel: two registers of eight int32.</summary>
    public const int Rows = 16;

    /// <summary>Columns of a block, which share a scale at least.</summary>
    public const int BlockColumns = 32;

    /// <summary>Bytes of four columns of all rows.</summary>
    public const int QuadBytes = 4 * Rows;

    private PanelLayout(DType dtype, long columns, long groupBlocks, int halves, int otherBytes, int bits)
    {
        DType = dtype;
        Blocks = columns / BlockColumns;
        GroupBlocks = Math.Min(groupBlocks, Blocks);
        HeaderHalves = halves * Rows;
        HeaderBytes = sizeof(ushort) * HeaderHalves + otherBytes;
        Bits = bits;
    }

    public DType DType { get; }

    /// <summary>Of a weight: 4, 5, 6 or 8; of floats 16 or 32.</summary>
    public int Bits { get; }

    /// <summary>Elements are their own values.</summary>
    public bool HoldsFloats => Bits > 8;

    /// <summary>Of a row.</summary>
    public long Blocks { get; }

    /// <summary>Blocks that share a header; the last group of a row may have fewer.</summary>
    public long GroupBlocks { get; }

    public int HeaderBytes { get; }

    /// <summary>Float16 numbers at a header's beginning; 0 where scales are floats.</summary>
    public int HeaderHalves { get; }

    /// <summary>A block of all rows.</summary>
    public int BlockBytes => Bits * BlockColumns * Rows / 8;

    public long Groups => (Blocks + GroupBlocks - 1) / GroupBlocks;

    public long PanelBytes => Groups * HeaderBytes + Blocks * BlockBytes;

    /// <summary>Bytes of a matrix of <paramref name="rows"/>.</summary>
    public long Bytes(long rows) => checked((rows + Rows - 1) / Rows * PanelBytes);

    /// <summary>How <paramref name="weight"/> would lie; null where it has no such layout: other element types, rows that are no whole blocks, groups that cut blocks, I8 with zero points.</summary>
    public static PanelLayout? Of(Tensor weight)
    {
        if (weight.Columns == 0 || weight.Columns % BlockColumns != 0 || weight.Columns % weight.DType.BlockElements() != 0)
            return null;
        return weight.DType switch
        {
            DType.Q4_0 => new(weight.DType, weight.Columns, 1, 1, 0, 4),
            DType.Q4_1 => new(weight.DType, weight.Columns, 1, 2, 0, 4),
            DType.Q5_0 => new(weight.DType, weight.Columns, 1, 1, 0, 5),
            DType.Q8_0 => new(weight.DType, weight.Columns, 1, 1, 0, 8),
            DType.Q4_K => new(weight.DType, weight.Columns, 8, 2, 16 * Rows, 4),
            DType.Q5_K => new(weight.DType, weight.Columns, 8, 2, 16 * Rows, 5),
            DType.Q6_K => new(weight.DType, weight.Columns, 8, 1, 16 * Rows, 6),
            DType.F16 or DType.BF16 => new(weight.DType, weight.Columns, weight.Columns / BlockColumns, 0, 0, 16),
            DType.F32 => new(weight.DType, weight.Columns, weight.Columns / BlockColumns, 0, 0, 32),
            DType.I4 or DType.I8 when weight.Scales is { } scales => OfIntegers(weight, scales),
            _ => null,
        };
    }

    private static PanelLayout? OfIntegers(Tensor weight, GroupScales scales)
    {
        if (weight.DType == DType.I8 && scales.Zeros is not null)
            return null;
        var isWhole = scales.PerTensor || scales.GroupSize >= weight.Columns;
        if (!isWhole && scales.GroupSize % BlockColumns != 0)
            return null;
        var isHalf = scales.Scales.DType == DType.F16;
        return new(
            weight.DType,
            weight.Columns,
            isWhole ? weight.Columns / BlockColumns : scales.GroupSize / BlockColumns,
            isHalf ? 1 : 0,
            (isHalf ? 0 : sizeof(float) * Rows) + (scales.Zeros is null ? 0 : sizeof(short) * Rows),
            weight.DType == DType.I4 ? 4 : 8);
    }
}
