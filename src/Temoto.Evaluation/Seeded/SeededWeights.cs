using System.Text;

namespace Temoto.Evaluation.Seeded;

/// <summary>
/// Random weights that any program can make again: element i of a tensor depends on the seed, the tensor's name and i alone.
/// <code>
/// mix(z):    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9; z = (z ^ z >> 27) * 0x94D049BB133111EB; return z ^ z >> 31      (splitmix64)
/// stream   = mix(seed + fnv1a64(name in UTF-8))
/// bits(i)  = mix(stream + (i + 1) * 0x9E3779B97F4A7C15)
/// sum(i)   = the four 16-bit fields of bits(i), added                 mean 131070, variance 4 (65536^2 - 1) / 12
/// value(i) = float32(mean + float32(float32(sum(i) - 131070) * float32(standard deviation / sqrt(variance))))
/// </code>
/// The sum of four uniform numbers is close to normal and ends at 3.46 standard deviations: no outlier surprises a quantizer.
/// </summary>
internal static class SeededWeights
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const int Mean = 4 * 65535 / 2;

    private static readonly double SumDeviation = Math.Sqrt(4 * (65536.0 * 65536.0 - 1) / 12);

    /// <summary>Where the numbers of a tensor start.</summary>
    public static ulong Stream(ulong seed, string tensorName)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in Encoding.UTF8.GetBytes(tensorName))
            hash = (hash ^ b) * 0x100000001B3;
        return Mix(seed + hash);
    }

    /// <summary>Elements [first, first + destination.Length) of a tensor.</summary>
    public static void Fill(ulong stream, long first, float mean, double standardDeviation, Span<float> destination)
    {
        var scale = (float)(standardDeviation / SumDeviation);
        var state = stream + (ulong)first * Golden;
        for (var i = 0; i < destination.Length; i++)
        {
            state += Golden;
            var bits = Mix(state);
            var sum = (int)(bits & 0xFFFF) + (int)(bits >> 16 & 0xFFFF) + (int)(bits >> 32 & 0xFFFF) + (int)(bits >> 48);
            destination[i] = mean + (sum - Mean) * scale;
        }
    }

    /// <summary>bits(i) of i in [first, first + destination.Length): random integers.</summary>
    public static void FillBits(ulong stream, long first, Span<ulong> destination)
    {
        var state = stream + (ulong)first * Golden;
        for (var i = 0; i < destination.Length; i++)
            destination[i] = Mix(state += Golden);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
