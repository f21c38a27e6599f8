using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// The activations of one token as integers: x[k] = Integers[k] * Scales[k / 32]. Kept where a float row would be, in [blocks] float32 scales, [blocks] int32 offsets
/// and [columns] int8 integers, one after the other.
/// </summary>
/// <param name="columns">A multiple of <see cref="BlockColumns"/>.</param>
internal readonly unsafe struct QuantizedRow(byte* row, long columns)
{
    /// <summary>Columns that share a scale.</summary>
    public const int BlockColumns = 32;

    /// <summary>The largest integer; -128 is left out so that the grid is symmetric.</summary>
    public const int Limit = InputGrid.Limit;

    /// <summary>What kernels add to a weight to make it unsigned.</summary>
    public const int WeightOffset = 128;

    public long Blocks => columns / BlockColumns;

    public float* Scales => (float*)row;

    /// <summary>-128 times the sum of a block's integers: added to a product with weights raised by 128, it gives the product with the weights themselves.</summary>
    public int* Offsets => (int*)row + Blocks;

    public sbyte* Integers => (sbyte*)(row + 2 * sizeof(float) * Blocks);

    /// <summary>Bytes of a row of <paramref name="columns"/>: 1.25 per column.</summary>
    public static long Bytes(long columns) => columns / BlockColumns * (BlockColumns + 2 * sizeof(float));
}
