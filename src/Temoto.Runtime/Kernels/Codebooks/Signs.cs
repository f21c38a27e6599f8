using System.Numerics;

namespace Temoto.Kernels.Codebooks;

/// <summary>Signs of eight magnitudes, a bit each, the lowest of the first: 1 is minus.</summary>
internal static unsafe class Signs
{
    /// <summary>Of each byte, what its bits stand for: 0xFF where a bit is set.</summary>
    private static readonly ulong[] Masks = [.. Enumerable.Range(0, 256).Select(Mask)];

    /// <summary>Seven signs are stored, in the low bits; the eighth makes the number of minuses even.</summary>
    public static int OfSeven(uint bits) => (int)(bits & 127 | (uint)(BitOperations.PopCount(bits & 127) & 1) << 7);

    /// <param name="magnitudes">Eight bytes from 1 to 127: minus one of them does not reach its neighbour.</param>
    public static void Apply(ulong magnitudes, int signs, sbyte* integers)
    {
        var mask = Masks[signs];
        *(ulong*)integers = (magnitudes ^ mask) + (mask & 0x0101010101010101);
    }

    private static ulong Mask(int bits)
    {
        var mask = 0UL;
        for (var i = 0; i < 8; i++)
            mask |= (ulong)(bits >> i & 1) * 0xFF << 8 * i;
        return mask;
    }
}
