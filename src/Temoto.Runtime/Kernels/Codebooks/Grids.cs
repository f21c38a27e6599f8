namespace Temoto.Kernels.Codebooks;

/// <summary>The grids of the IQ types, an entry in a word: eight numbers of a byte each, or four in the lower half.</summary>
internal static class Grids
{
    public static readonly ulong[] IQ2_XXS = Expand(GridEntries.IQ2_XXS, 2, [8, 25, 43]);

    public static readonly ulong[] IQ2_XS = Expand(GridEntries.IQ2_XS, 2, [8, 25, 43]);

    public static readonly ulong[] IQ2_S = Expand(GridEntries.IQ2_S, 2, [8, 25, 43]);

    public static readonly ulong[] IQ3_XXS = Expand(GridEntries.IQ3_XXS, 4, [4, 12, 20, 28, 36, 44, 52, 62]);

    public static readonly ulong[] IQ3_S = Expand(GridEntries.IQ3_S, 4, [1, 3, 5, 7, 9, 11, 13, 15]);

    public static readonly ulong[] IQ1_S = Expand(GridEntries.IQ1_S, 2, [-1, 0, 1]);

    private static ulong[] Expand(string entries, int bits, ReadOnlySpan<sbyte> numbers)
    {
        var packed = Convert.FromBase64String(entries);
        var grid = new ulong[packed.Length / 2];
        for (var entry = 0; entry < grid.Length; entry++)
        {
            var indexes = packed[2 * entry] | packed[2 * entry + 1] << 8;
            for (var i = 0; i < 16 / bits; i++)
                grid[entry] |= (ulong)(byte)numbers[indexes >> bits * i & (1 << bits) - 1] << 8 * i;
        }
        return grid;
    }
}
