using System.Runtime.Intrinsics;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Codebooks;

/// <summary>
/// A block of IQ3_S as one of Q5_K: integers from -15 to 15 are q - 16 and a scale's 2s + 1 fits six bits, so d (2s + 1) (q - 16) is (d scale) q - (dmin minimum) with dmin = 16 d and minimum = scale. All products are exact.
/// </summary>
internal static unsafe class SuperBlockOfIQ3_S
{
    private const int Zero = 16;

    /// <param name="integers">[256].</param>
    /// <param name="destination">176 bytes: d, dmin, scales and minima of six bits, fifth bits, nibbles.</param>
    public static void Write(byte* block, sbyte* integers, byte* destination)
    {
        *(ushort*)destination = *(ushort*)block;
        ((Half*)destination)[1] = (Half)(Zero * HalfFloat.At(block));
        for (var group = 0; group < 4; group++)
        {
            int scale = ThreeBitBlocks.ScaleOfIQ3_S(block, group), next = ThreeBitBlocks.ScaleOfIQ3_S(block, 4 + group);
            destination[4 + group] = destination[8 + group] = (byte)(scale | next >> 4 << 6);
            destination[12 + group] = (byte)(next & 0xF | (next & 0xF) << 4);
        }
        for (var group = 0; group < 8; group++)
            RowIntegers.Write(DType.Q5_K, destination, group, (Vector256.Load(integers + 32 * group) + Vector256.Create((sbyte)Zero)).AsByte());
    }
}
