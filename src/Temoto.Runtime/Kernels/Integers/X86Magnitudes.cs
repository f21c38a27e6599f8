using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Integers;

/// <summary>Magnitudes of floats as unsigned integers: they order as their bits do; infinity and NaN come last.</summary>
internal static class X86Magnitudes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Of(Vector256<float> values) => values.AsUInt32() & Vector256.Create(0x7FFFFFFFu);

    /// <summary>The largest of eight, as a float again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector256<uint> magnitudes)
    {
        var half = Sse41.Max(magnitudes.GetLower(), magnitudes.GetUpper());
        half = Sse41.Max(half, Sse2.Shuffle(half, 0b01_00_11_10));
        half = Sse41.Max(half, Sse2.Shuffle(half, 0b10_11_00_01));
        return half.AsSingle().ToScalar();
    }
}
