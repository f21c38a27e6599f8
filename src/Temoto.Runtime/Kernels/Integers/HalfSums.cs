using System.Runtime.Intrinsics;

namespace Temoto.Kernels.Integers;

/// <summary>Sums of 16 activations each, for weights that have a scale for as many columns. AVX2.</summary>
internal static unsafe class HalfSums
{
    /// <summary>Writes <paramref name="factor"/> times the sum of the first and of the last 16 activations of each block.</summary>
    /// <param name="blockStride">Numbers from one block to the next.</param>
    /// <param name="halfStride">Numbers from a block's first half to its second.</param>
    public static void Write(QuantizedRow x, int factor, int* to, long blockStride, long halfStride)
    {
        for (long block = 0; block < x.Blocks; block++, to += blockStride)
        {
            var sums = Avx2Products.Small(Vector256.Create((byte)1), Vector256.Load(x.Integers + block * QuantizedRow.BlockColumns));
            (to[0], to[halfStride]) = (factor * Vector128.Sum(sums.GetLower()), factor * Vector128.Sum(sums.GetUpper()));
        }
    }
}
