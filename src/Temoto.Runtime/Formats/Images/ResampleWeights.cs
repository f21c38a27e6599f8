namespace Temoto.Formats.Images;

/// <summary>
/// What each old pixel of a row or column counts for each new one, in 22 fraction bits. A new pixel's middle lies at (i + 0.5) * from / to; the filter is stretched by
/// max(1, from / to), cut off at the edges, and its weights are brought to a sum of 1.
/// </summary>
internal sealed class ResampleWeights
{
    /// <summary>8 bits for the pixel, 2 for sums beyond 255 and below 0: what is left of 32.</summary>
    private const int FractionBits = 22;

    /// <summary>Where a sum starts, so that cutting off its fraction rounds it.</summary>
    public const int Half = 1 << (FractionBits - 1);

    private readonly int[] firsts;
    private readonly int[] lengths;

    /// <summary>[Count, tapsPerPixel].</summary>
    private readonly int[] weights;
    private readonly int tapsPerPixel;

    public ResampleWeights(int from, int to, ResampleFilter filter)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(1, scale);
        var support = (filter == ResampleFilter.Bicubic ? 2 : 1) * stretch;
        tapsPerPixel = ((int)Math.Ceiling(support) * 2) + 1;
        (firsts, lengths, weights) = (new int[to], new int[to], new int[checked(to * tapsPerPixel)]);
        var exact = new double[tapsPerPixel];
        for (var i = 0; i < to; i++)
        {
            var middle = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(middle - support + 0.5));
            var length = Math.Min(from, (int)(middle + support + 0.5)) - first;
            var sum = 0.0;
            for (var tap = 0; tap < length; tap++)
            {
                exact[tap] = Weight(filter, (tap + first - middle + 0.5) * (1 / stretch));
                sum += exact[tap];
            }
            for (var tap = 0; tap < length; tap++)
            {
                var scaled = (sum != 0 ? exact[tap] / sum : exact[tap]) * (1 << FractionBits);
                weights[(i * tapsPerPixel) + tap] = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
            }
            (firsts[i], lengths[i]) = (first, length);
        }
    }

    /// <summary>New pixels.</summary>
    public int Count => firsts.Length;

    /// <summary>The weights of new pixel <paramref name="index"/>, for the old pixels from <paramref name="first"/> on.</summary>
    public ReadOnlySpan<int> Taps(int index, out int first)
    {
        first = firsts[index];
        return weights.AsSpan(index * tapsPerPixel, lengths[index]);
    }

    public static byte Round(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    private static double Weight(ResampleFilter filter, double x)
    {
        x = Math.Abs(x);
        if (filter == ResampleFilter.Bilinear)
            return x < 1 ? 1 - x : 0;
        const double a = -0.5;
        return x < 1 ? ((((a + 2) * x) - (a + 3)) * x * x) + 1
            : x < 2 ? (((((x - 5) * x) + 8) * x) - 4) * a
            : 0;
    }
}
