using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>Types of little more than three bits: four magnitudes are an entry of a grid, their signs lie apart.</summary>
internal static unsafe class ThreeBitBlocks
{
    /// <summary>d: f16, entries: 64 bytes, then for each 32 elements a word: four times seven signs of eight, and s in the top four bits; the scale is d * (s + 1/2) / 2.</summary>
    public static void ReadIQ3_XXS(byte* block, sbyte* integers, float* scales)
    {
        var d = HalfFloat.At(block);
        var entries = block + 2;
        for (var group = 0; group < 8; group++)
        {
            var signs = *(uint*)(block + 66 + 4 * group);
            CodebookBlocks.Set(scales, group, d * (0.5f + (signs >> 28)) * 0.5f);
            for (var k = 4 * group; k < 4 * group + 4; k++)
                Signs.Apply(Grids.IQ3_XXS[entries[2 * k]] | Grids.IQ3_XXS[entries[2 * k + 1]] << 32, Signs.OfSeven(signs >> 7 * (k % 4)), integers + 8 * k);
        }
    }

    /// <summary>d: f16, low: 64 bytes, high: 8 bytes (a bit for each entry), signs: 32 bytes, s: 4 bytes, a nibble for each 32 elements; the scale is d * (2s + 1).</summary>
    public static void ReadIQ3_S(byte* block, sbyte* integers, float* scales)
    {
        var d = HalfFloat.At(block);
        byte* low = block + 2, high = block + 66, signs = block + 74;
        for (var group = 0; group < 8; group++)
            CodebookBlocks.Set(scales, group, d * ScaleOfIQ3_S(block, group));
        for (var k = 0; k < 32; k++)
            Signs.Apply(Entry(2 * k) | Entry(2 * k + 1) << 32, signs[k], integers + 8 * k);

        ulong Entry(int index) => Grids.IQ3_S[low[index] | (high[index / 8] >> index % 8 & 1) << 8];
    }

    /// <summary>2s + 1 of 32 elements, at most 31.</summary>
    public static int ScaleOfIQ3_S(byte* block, int group) => 1 + 2 * (block[106 + group / 2] >> 4 * (group % 2) & 0xF);
}
