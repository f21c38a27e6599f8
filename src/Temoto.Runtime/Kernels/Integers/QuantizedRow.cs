using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>
/// The activations of one token as integers: x[k] = Integers[k] * Scales[k / 32]. Kept where a float row would be, in [blocks] float32 scales, [blocks] int32 offsets
/// and [columns] int8 integers, one after the other.
/// </summary>
internal readonly unsafe struct QuantizedRow
{
    /// <summary>Columns that share a scale.</summary>
    public const int BlockColumns = 32;

    /// <summary>The largest integer; -128 is left out so that the grid is symmetric.</summary>
    public const int Limit = InputGrid.Limit;

    /// <summary>What kernels add to a weight to make it unsigned.</summary>
    public const int WeightOffset = 128;

    /// <param name="columns">A multiple of <see cref="BlockColumns"/>.</param>
    public QuantizedRow(byte* row, long columns)
        : this(columns / BlockColumns, (float*)row, (int*)row + columns / BlockColumns, (sbyte*)row + 2 * sizeof(float) * (columns / BlockColumns))
    {
    }

    private QuantizedRow(long blocks, float* scales, int* offsets, sbyte* integers)
    {
        Blocks = blocks;
        Scales = scales;
        Offsets = offsets;
        Integers = integers;
    }

    public long Blocks { get; }

    public float* Scales { get; }

    /// <summary>-128 times the sum of a block's integers: added to a product with weights raised by 128, it gives the product with the weights themselves.</summary>
    public int* Offsets { get; }

    public sbyte* Integers { get; }

    /// <summary>Bytes of a row of <paramref name="columns"/>: 1.25 per column.</summary>
    public static long Bytes(long columns) => columns / BlockColumns * (BlockColumns + 2 * sizeof(float));

    /// <summary>The row from <paramref name="firstColumn"/> (a multiple of <see cref="BlockColumns"/>) on: for who computes a part of a row and rounds it at once.</summary>
    public QuantizedRow From(long firstColumn)
    {
        var block = firstColumn / BlockColumns;
        return new QuantizedRow(Blocks - block, Scales + block, Offsets + block, Integers + firstColumn);
    }
}
