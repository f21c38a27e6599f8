namespace Temoto.Formats.Images;

/// <summary>
/// The inverse discrete cosine transform of 8 x 8 blocks in integers, after C. Loeffler, A. Ligtenberg and G. Moschytz, "Practical fast 1-D DCT
/// algorithms with 11 multiplications" (ICASSP 1989): columns first, then rows. Constants have 13 fraction bits and the columns keep 2, as in the
/// transform that libjpeg calls "islow", so that pixels come out the same.
/// </summary>
internal static class JpegTransform
{
    private const int FractionBits = 13;
    private const int ColumnBits = 2;

    /// <summary>Where coefficient k of the zigzag order lies in its block.</summary>
    public static ReadOnlySpan<byte> NaturalOrder =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    // With c(k) = sqrt(2) cos(k pi / 16), each rounded to 13 bits.
    private const int C6 = 4433;                        // c6 = 0.541196100
    private const int C2MinusC6 = 6270;                 // 0.765366865
    private const int C2PlusC6 = 15137;                 // 1.847759065
    private const int C3 = 9633;                        // 1.175875602
    private const int MinusC1PlusC3PlusC5MinusC7 = 2446; // 0.298631336
    private const int C1PlusC3MinusC5PlusC7 = 16819;    // 2.053119869
    private const int C1PlusC3PlusC5MinusC7 = 25172;    // 3.072711026
    private const int C1PlusC3MinusC5MinusC7 = 12299;   // 1.501321110
    private const int C3MinusC7 = 7373;                 // 0.899976223
    private const int C1PlusC3 = 20995;                 // 2.562915447
    private const int C3PlusC5 = 16069;                 // 1.961570560
    private const int C3MinusC5 = 3196;                 // 0.390180644

    /// <summary>Writes the block's samples, 0 to 255, at the start of <paramref name="target"/> and each <paramref name="stride"/> bytes further.</summary>
    /// <param name="coefficients">[64], natural order, quantized.</param>
    /// <param name="quantization">[64], natural order.</param>
    public static void Inverse(ReadOnlySpan<short> coefficients, ReadOnlySpan<int> quantization, Span<byte> target, int stride)
    {
        Span<int> block = stackalloc int[JpegComponent.BlockSamples];
        coefficients = coefficients[..JpegComponent.BlockSamples];
        quantization = quantization[..JpegComponent.BlockSamples];
        for (var x = 0; x < 8; x++)
        {
            var s0 = coefficients[x] * quantization[x];
            var s1 = coefficients[x + 8] * quantization[x + 8];
            var s2 = coefficients[x + 16] * quantization[x + 16];
            var s3 = coefficients[x + 24] * quantization[x + 24];
            var s4 = coefficients[x + 32] * quantization[x + 32];
            var s5 = coefficients[x + 40] * quantization[x + 40];
            var s6 = coefficients[x + 48] * quantization[x + 48];
            var s7 = coefficients[x + 56] * quantization[x + 56];
            if ((s1 | s2 | s3 | s4 | s5 | s6 | s7) == 0)
            {
                // Only the constant part: exactly what the sums below give.
                for (var i = x; i < JpegComponent.BlockSamples; i += 8)
                    block[i] = s0 << ColumnBits;
                continue;
            }
            Transform(s0, s1, s2, s3, s4, s5, s6, s7, FractionBits - ColumnBits, block[x..], 8);
        }
        Span<int> row = stackalloc int[8];
        for (var y = 0; y < 8; y++)
        {
            var from = block.Slice(y * 8, 8);
            // A two-dimensional transform is 8 times the orthogonal one: three bits more to take away.
            Transform(from[0], from[1], from[2], from[3], from[4], from[5], from[6], from[7], FractionBits + ColumnBits + 3, row, 1);
            var to = target.Slice(y * stride, 8);
            for (var x = 0; x < 8; x++)
                to[x] = (byte)Math.Clamp(row[x] + 128, 0, 255);
        }
    }

    /// <summary>One dimension: eight values at every <paramref name="step"/>-th place, divided by 2^<paramref name="shift"/> with rounding.</summary>
    private static void Transform(int s0, int s1, int s2, int s3, int s4, int s5, int s6, int s7, int shift, Span<int> target, int step)
    {
        // Even part: a rotation by 6 pi / 16 and two butterflies.
        var rotated = (s2 + s6) * C6;
        var high = rotated + (s2 * C2MinusC6);
        var low = rotated - (s6 * C2PlusC6);
        var rounding = 1 << (shift - 1);
        var sum = ((s0 + s4) << FractionBits) + rounding;
        var difference = ((s0 - s4) << FractionBits) + rounding;
        var (even0, even1, even2, even3) = (sum + high, difference + low, difference - low, sum - high);

        // Odd part.
        var common = (s7 + s3 + s5 + s1) * C3;
        var a = -(s7 + s1) * C3MinusC7;
        var b = -(s5 + s3) * C1PlusC3;
        var c = common - ((s7 + s3) * C3PlusC5);
        var d = common - ((s5 + s1) * C3MinusC5);
        var odd3 = (s7 * MinusC1PlusC3PlusC5MinusC7) + a + c;
        var odd2 = (s5 * C1PlusC3MinusC5PlusC7) + b + d;
        var odd1 = (s3 * C1PlusC3PlusC5MinusC7) + b + c;
        var odd0 = (s1 * C1PlusC3MinusC5MinusC7) + a + d;

        target[7 * step] = (even0 - odd0) >> shift;
        target[0] = (even0 + odd0) >> shift;
        target[step] = (even1 + odd1) >> shift;
        target[6 * step] = (even1 - odd1) >> shift;
        target[2 * step] = (even2 + odd2) >> shift;
        target[5 * step] = (even2 - odd2) >> shift;
        target[3 * step] = (even3 + odd3) >> shift;
        target[4 * step] = (even3 - odd3) >> shift;
    }
}
