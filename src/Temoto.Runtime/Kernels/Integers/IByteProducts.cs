using System.Runtime.Intrinsics;

namespace Temoto.Kernels.Integers;

/// <summary>Products of weights and activations of one byte, 32 at a time; lane i of a result is the exact sum of products 4i to 4i + 3.</summary>
internal interface IByteProducts
{
    /// <param name="weights">0 to 127.</param>
    static abstract Vector256<int> Small(Vector256<byte> weights, Vector256<sbyte> x);

    /// <summary>Two such products added up.</summary>
    /// <param name="low">0 to 31.</param>
    /// <param name="high">0 to 31.</param>
    static abstract Vector256<int> Small(Vector256<byte> low, Vector256<sbyte> xLow, Vector256<byte> high, Vector256<sbyte> xHigh);

    /// <param name="weights">-128 to 127.</param>
    /// <param name="x">-127 to 127.</param>
    static abstract Vector256<int> Signed(Vector256<sbyte> weights, Vector256<sbyte> x);

    /// <summary>Whether <see cref="Raised"/> is faster than <see cref="Signed"/>, and can be had.</summary>
    static abstract bool HasRaised { get; }

    /// <param name="weights">Signed weights raised by 128: the sums are too large by 128 times the sum of activations.</param>
    static abstract Vector256<int> Raised(Vector256<byte> weights, Vector256<sbyte> x);

    /// <summary>Adds products to a sum of them that is not yet <see cref="Widened"/>: as many as the comment of each set of products says.</summary>
    /// <param name="weights">0 to 63.</param>
    static abstract Vector256<int> Add(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x);

    /// <summary>What <see cref="Add"/> has summed, as int32.</summary>
    static abstract Vector256<int> Widened(Vector256<int> sum);

    /// <summary>Adds products with signed weights; where <see cref="HasRaised"/>, each sum is too large by 128 times the sum of activations.</summary>
    static abstract Vector256<int> AddSigned(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x);
}
