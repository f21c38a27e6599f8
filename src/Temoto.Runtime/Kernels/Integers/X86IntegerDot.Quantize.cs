using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Temoto.Kernels.Integers;

/// <summary>Rounding activations, eight at a time.</summary>
internal abstract unsafe partial class X86IntegerDot<TProducts>
{
    public sealed override void Quantize(float* x, long columns, QuantizedRow destination)
    {
        for (long block = 0; block < columns / BlockColumns; block++, x += BlockColumns)
        {
            Vector256<float> a = Vector256.Load(x), b = Vector256.Load(x + 8), c = Vector256.Load(x + 16), d = Vector256.Load(x + 24);
            var most = Avx2.Max(Avx2.Max(X86Magnitudes.Of(a), X86Magnitudes.Of(b)), Avx2.Max(X86Magnitudes.Of(c), X86Magnitudes.Of(d)));
            var scale = new RoundingScale(X86Magnitudes.Largest(most), QuantizedRow.Limit, Smallest);
            destination.Scales[block] = scale.Step;
            if (scale.Inverse == 0)
            {
                destination.Offsets[block] = 0;
                Vector256<sbyte>.Zero.Store(destination.Integers + block * BlockColumns);
                continue;
            }
            var inverse = Vector256.Create(scale.Inverse);
            StoreIntegers(a * inverse, b * inverse, c * inverse, d * inverse, block, destination);
        }
    }

    public sealed override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination)
    {
        var scales = Vector256.Create(scale);
        for (long block = 0; block < columns / BlockColumns; block++, x += BlockColumns)
        {
            destination.Scales[block] = scale;
            StoreIntegers(OnGrid(x, scales), OnGrid(x + 8, scales), OnGrid(x + 16, scales), OnGrid(x + 24, scales), block, destination);
        }
    }

    /// <summary>x / scale cut to the limits; 0 for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> OnGrid(float* x, Vector256<float> scales)
    {
        var value = Vector256.Load(x) / scales;
        var limit = Vector256.Create((float)QuantizedRow.Limit);
        return Avx.Min(Avx.Max(value, -limit), limit) & Vector256.Equals(value, value);
    }

    /// <summary>Rounds 32 values to nearest, ties to even (the conversion's rounding mode), and stores them with their offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreIntegers(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, long block, QuantizedRow destination)
    {
        // Packing works on 128-bit halves: quads come out as 0 2 4 6 | 1 3 5 7.
        var words = Avx2.PackSignedSaturate(
            Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(a), Avx.ConvertToVector256Int32(b)),
            Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(c), Avx.ConvertToVector256Int32(d)));
        var integers = Avx2.PermuteVar8x32(words.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte();
        integers.Store(destination.Integers + block * BlockColumns);
        var sum = Vector256.Sum(TProducts.Small(Vector256.Create((byte)1), integers));
        destination.Offsets[block] = -QuantizedRow.WeightOffset * sum;
    }
}
