using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>Types of four bits: a nibble chooses one of sixteen integers.</summary>
internal static unsafe class FourBitBlocks
{
    /// <summary>IQ4_NL and IQ4_XS: closer to each other round zero, where most weights are. From ggml.</summary>
    private static ReadOnlySpan<sbyte> Uneven => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Twice the values of E2M1 (one sign, two exponent bits, one mantissa bit); there is no negative zero among them.</summary>
    private static ReadOnlySpan<sbyte> TwiceE2M1 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>d: f16, q: 16 bytes; element i is the low nibble of byte i, element i + 16 its high nibble.</summary>
    public static void ReadIQ4_NL(byte* block, sbyte* integers, float* scales)
    {
        CodebookBlocks.Set(scales, 0, HalfFloat.At(block));
        Look(Uneven, block + 2, 16, integers);
    }

    /// <summary>d: f16, high: uint16 (two bits for each of eight groups of 32), low: 4 bytes (four bits each), q: 128 bytes. The scale of a group is d * (its six bits - 32).</summary>
    public static void ReadIQ4_XS(byte* block, sbyte* integers, float* scales)
    {
        var d = HalfFloat.At(block);
        var high = *(ushort*)(block + 2);
        for (var group = 0; group < 8; group++)
        {
            var scale = block[4 + group / 2] >> 4 * (group % 2) & 0xF | (high >> 2 * group & 3) << 4;
            CodebookBlocks.Set(scales, group, d * (scale - 32));
            Look(Uneven, block + 8 + 16 * group, 16, integers + 32 * group);
        }
    }

    /// <summary>e: a byte, an exponent of two (E8M0: 2^(e - 127)), q: 16 bytes as in IQ4_NL. Integers are twice the values, so the scale is 2^(e - 128).</summary>
    public static void ReadMXFP4(byte* block, sbyte* integers, float* scales)
    {
        CodebookBlocks.Set(scales, 0, MathF.ScaleB(1, block[0] - 128));
        Look(TwiceE2M1, block + 1, 16, integers);
    }

    /// <summary>The same of codes that lie as other formats have them.</summary>
    /// <param name="codes">16 bytes: elements 2 i and 2 i + 1 in byte i, the first in its low nibble.</param>
    public static void WriteMXFP4(byte* codes, byte exponent, byte* block)
    {
        block[0] = exponent;
        for (var i = 0; i < 16; i++)
            block[1 + i] = (byte)(Code(codes, i) | Code(codes, i + 16) << 4);

        static int Code(byte* codes, int index) => codes[index / 2] >> index % 2 * 4 & 0xF;
    }

    /// <summary>s: 4 bytes (E4M3 without a sign, of 16 elements each), q: 4 x 8 bytes; element i of a group is the low nibble of byte i, element i + 8 its high nibble.</summary>
    public static void ReadNVFP4(byte* block, sbyte* integers, float* scales)
    {
        for (var group = 0; group < 4; group++)
        {
            scales[group] = HalfOfE4M3(block[group]);
            Look(TwiceE2M1, block + 4 + 8 * group, 8, integers + 16 * group);
        }
    }

    /// <summary>Four exponent bits (bias 7), three of mantissa; the top bit counts for nothing and 0x7F is no number, which GGML reads as 0.</summary>
    private static float HalfOfE4M3(byte bits)
    {
        int exponent = bits >> 3 & 0xF, mantissa = bits & 7;
        if (bits == 0x7F)
            return 0;
        return exponent == 0 ? mantissa / 1024f : MathF.ScaleB(8 + mantissa, exponent - 11);
    }

    private static void Look(ReadOnlySpan<sbyte> table, byte* nibbles, int count, sbyte* integers)
    {
        for (var i = 0; i < count; i++)
        {
            integers[i] = table[nibbles[i] & 0xF];
            integers[i + count] = table[nibbles[i] >> 4];
        }
    }
}
