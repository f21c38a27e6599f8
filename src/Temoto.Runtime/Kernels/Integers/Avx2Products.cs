using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Integers;

/// <summary>
/// AVX2: vpmaddubsw adds two products in int16 and would cut them at 32767. Two products of weights up to 127 are at most 2 * 127 * 127 = 32258, four of weights up to 31 are 15748; of signed weights the magnitudes (128
/// as an unsigned byte) meet activations with their signs, at most 2 * 128 * 127 = 32512.
/// </summary>
internal readonly struct Avx2Products : IByteProducts
{
    /// <summary>Four activations, for every row whose four columns lie in a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<sbyte> Quad(byte* integers) => Vector256.Create(*(int*)integers).AsSByte();

    /// <summary>Sums of pairs of int16, as int32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(Vector256<short> pairs) => Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Small(Vector256<byte> weights, Vector256<sbyte> x) =>
        Widen(Avx2.MultiplyAddAdjacent(weights, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Small(Vector256<byte> low, Vector256<sbyte> xLow, Vector256<byte> high, Vector256<sbyte> xHigh) =>
        Widen(Avx2.MultiplyAddAdjacent(low, xLow) + Avx2.MultiplyAddAdjacent(high, xHigh));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Signed(Vector256<sbyte> weights, Vector256<sbyte> x) =>
        Widen(Avx2.MultiplyAddAdjacent(Avx2.Abs(weights), Avx2.Sign(x, weights)));

    public static bool HasRaised => false;

    /// <summary>Pairs of int16: of weights up to 15 eight additions fit (8 * 2 * 15 * 127 = 30480), up to 31 four (31496), up to 63 two (32004).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> weights, Vector256<sbyte> x) => (sum.AsInt16() + Avx2.MultiplyAddAdjacent(weights, x)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widened(Vector256<int> sum) => Widen(sum.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddSigned(Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x) => sum + Signed(weights, x);

    /// <summary>Two products of weights up to 255 do not fit into int16.</summary>
    public static Vector256<int> Raised(Vector256<byte> weights, Vector256<sbyte> x) => throw new NotSupportedException();
}
