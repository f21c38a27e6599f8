using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>
/// Types of less than two bits: eight of -1, 0 and 1 are an entry of a grid, and all eight are moved by an eighth, up or down. Integers are eight times that, 8g + 1 or 8g - 1, and scales d / 8 * (2s + 1) for an s of three bits.
/// </summary>
internal static unsafe class OneBitBlocks
{
    /// <summary>d: f16, low: 32 bytes, then for each 32 elements a word of 16 bits: three more bits for each of four entries, s, and in the top bit whether they are moved down.</summary>
    public static void ReadIQ1_S(byte* block, sbyte* integers, float* scales)
    {
        var d = HalfFloat.At(block);
        for (var group = 0; group < 8; group++)
        {
            var word = *(ushort*)(block + 34 + 2 * group);
            CodebookBlocks.Set(scales, group, Scale(d, word >> 12));
            for (var k = 0; k < 4; k++)
                Move(block[2 + 4 * group + k] | (word >> 3 * k & 7) << 8, (word & 0x8000) != 0, integers + 32 * group + 8 * k);
        }
    }

    /// <summary>
    /// low: 32 bytes, high: 16 bytes (a nibble for each entry: three more bits, and whether it is moved down), four words of 16 bits: four times three bits s, of 16 elements each, and in the top four bits a nibble of d (f16).
    /// </summary>
    public static void ReadIQ1_M(byte* block, sbyte* integers, float* scales)
    {
        var words = (ushort*)(block + 48);
        var d = HalfFloat.ToSingle((ushort)(words[0] >> 12 | words[1] >> 12 << 4 | words[2] >> 12 << 8 | words[3] >> 12 << 12));
        for (var group = 0; group < 16; group++)
            scales[group] = Scale(d, words[group / 4] >> 3 * (group % 4));
        for (var k = 0; k < 32; k++)
        {
            var nibble = block[32 + k / 2] >> 4 * (k % 2);
            Move(block[k] | (nibble & 7) << 8, (nibble & 8) != 0, integers + 8 * k);
        }
    }

    private static float Scale(float d, int s) => d * 0.125f * (2 * (s & 7) + 1);

    private static void Move(int entry, bool down, sbyte* integers)
    {
        var eight = Grids.IQ1_S[entry];
        for (var i = 0; i < 8; i++)
            integers[i] = (sbyte)(8 * (sbyte)(eight >> 8 * i) + (down ? -1 : 1));
    }
}
