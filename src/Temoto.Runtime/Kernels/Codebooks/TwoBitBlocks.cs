using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>Types of little more than two bits: eight magnitudes (8, 25 or 43) are an entry of a grid, their signs lie apart. Scales are d * (s + 1/2) / 4 for an s of four bits.</summary>
internal static unsafe class TwoBitBlocks
{
    /// <summary>d: f16, then for each 32 elements two words: four bytes, each an entry; four times seven signs, and s in the top four bits.</summary>
    public static void ReadIQ2_XXS(byte* block, sbyte* integers, float* scales)
    {
        var d = HalfFloat.At(block);
        for (var group = 0; group < 8; group++)
        {
            var entries = block + 2 + 8 * group;
            var signs = *(uint*)(entries + 4);
            CodebookBlocks.Set(scales, group, Scale(d, (int)(signs >> 28)));
            for (var k = 0; k < 4; k++)
                Signs.Apply(Grids.IQ2_XXS[entries[k]], Signs.OfSeven(signs >> 7 * k), integers + 32 * group + 8 * k);
        }
    }

    /// <summary>d: f16, 32 words of 16 bits (nine choose the entry, seven are signs), s: 8 bytes, a nibble for each 16 elements.</summary>
    public static void ReadIQ2_XS(byte* block, sbyte* integers, float* scales)
    {
        var words = (ushort*)(block + 2);
        ScalesOfNibbles(HalfFloat.At(block), block + 66, scales);
        for (var k = 0; k < 32; k++)
            Signs.Apply(Grids.IQ2_XS[words[k] & 511], Signs.OfSeven((uint)words[k] >> 9), integers + 8 * k);
    }

    /// <summary>d: f16, low: 32 bytes, signs: 32 bytes, high: 8 bytes (two bits for each entry), s: 8 bytes as in IQ2_XS.</summary>
    public static void ReadIQ2_S(byte* block, sbyte* integers, float* scales)
    {
        byte* low = block + 2, signs = block + 34, high = block + 66;
        ScalesOfNibbles(HalfFloat.At(block), block + 74, scales);
        for (var k = 0; k < 32; k++)
            Signs.Apply(Grids.IQ2_S[low[k] | (high[k / 4] >> 2 * (k % 4) & 3) << 8], signs[k], integers + 8 * k);
    }

    private static void ScalesOfNibbles(float d, byte* nibbles, float* scales)
    {
        for (var group = 0; group < 16; group++)
            scales[group] = Scale(d, nibbles[group / 2] >> 4 * (group % 2) & 0xF);
    }

    private static float Scale(float d, int s) => d * (0.5f + s) * 0.25f;
}
