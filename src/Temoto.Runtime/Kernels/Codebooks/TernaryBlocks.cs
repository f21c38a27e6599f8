using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>Types of three values, -1, 0 and 1, with one scale for 256 of them.</summary>
internal static unsafe class TernaryBlocks
{
    private const int Groups = 16;

    /// <summary>
    /// q: 52 bytes, d: f16. A byte is five digits to the base of three, as a fraction of 256: the first digit is the whole part of three times it. 32 bytes hold elements 0 - 159 (digit k of byte i is
    /// element 32k + i), 16 bytes 160 - 239 (16k + i), and four bytes of four digits the last 16 (4k + i).
    /// </summary>
    public static void ReadTQ1_0(byte* block, sbyte* integers, float* scales)
    {
        Digits(block, 32, 5, integers);
        Digits(block + 32, 16, 5, integers + 160);
        Digits(block + 48, 4, 4, integers + 240);
        new Span<float>(scales, Groups).Fill(HalfFloat.At(block + 52));
    }

    /// <summary>q: 64 bytes of 2-bit planes (bits 2k and 2k + 1 of byte i of 32 are element 32k + i), d: f16; 1 means zero. 3, which no writer makes, is 2.</summary>
    public static void ReadTQ2_0(byte* block, sbyte* integers, float* scales)
    {
        for (var i = 0; i < 256; i++)
            integers[i] = (sbyte)((block[32 * (i / 128) + i % 32] >> 2 * (i % 128 / 32) & 3) - 1);
        new Span<float>(scales, Groups).Fill(HalfFloat.At(block + 64));
    }

    private static void Digits(byte* q, int bytes, int digits, sbyte* integers)
    {
        for (var i = 0; i < bytes; i++)
        {
            var fraction = q[i];
            for (var k = 0; k < digits; k++)
            {
                integers[bytes * k + i] = (sbyte)((fraction * 3 >> 8) - 1);
                fraction = (byte)(fraction * 3);
            }
        }
    }
}
