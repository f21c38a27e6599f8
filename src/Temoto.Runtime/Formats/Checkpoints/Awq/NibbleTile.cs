using System.Runtime.CompilerServices;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// Eight rows of nibbles, as I4 tensors and their zero points hold them, against the words of AutoAWQ's gemm layout and of AWQ_MACRO: a word holds one column of
/// eight neighbouring rows (output channels), the even channels in its low half and the odd ones in its high half.
/// </summary>
internal static unsafe class NibbleTile
{
    /// <summary>Rows of a tile, and nibbles of a word.</summary>
    public const int Channels = 8;

    /// <summary>The nibble of a word, counted from its low end, in which channel c lies.</summary>
    public static ReadOnlySpan<byte> NibbleOfChannel => [0, 4, 1, 5, 2, 6, 3, 7];

    /// <summary>Channel c from its nibble to nibble c.</summary>
    public static uint ToChannelOrder(uint word) => Spread(word & 0xFFFF) | Spread(word >> 16) << 4;

    /// <summary>Channel c from nibble c to its nibble.</summary>
    public static uint FromChannelOrder(uint word) => Gather(word) | Gather(word >> 4) << 16;

    /// <summary>Column k of eight rows goes to <c>words[k * stride]</c>.</summary>
    /// <param name="rows">Eight pointers to rows of (columns + 1) / 2 bytes.</param>
    public static void ToWords(byte** rows, long columns, uint* words, long stride)
    {
        var block = stackalloc uint[Channels];
        for (long first = 0; first < columns; first += Channels)
        {
            var count = (int)Math.Min(Channels, columns - first);
            for (var c = 0; c < Channels; c++)
                block[c] = Load(rows[c] + first / 2, count);
            Transpose(block);
            for (var k = 0; k < count; k++)
                words[(first + k) * stride] = FromChannelOrder(block[k]);
        }
    }

    /// <summary>The inverse of <see cref="ToWords"/>; a row of an odd number of columns ends with a zero nibble. The words may lie unaligned.</summary>
    public static void ToRows(byte* words, long stride, long columns, byte** rows)
    {
        var block = stackalloc uint[Channels];
        for (long first = 0; first < columns; first += Channels)
        {
            var count = (int)Math.Min(Channels, columns - first);
            for (var k = 0; k < Channels; k++)
                block[k] = k < count ? ToChannelOrder(Unsafe.ReadUnaligned<uint>(words + (first + k) * stride * sizeof(uint))) : 0;
            Transpose(block);
            for (var c = 0; c < Channels; c++)
                Store(rows[c] + first / 2, block[c], count);
        }
    }

    private static uint Load(byte* source, int nibbles)
    {
        if (nibbles == Channels)
            return Unsafe.ReadUnaligned<uint>(source);
        uint result = 0;
        for (var i = 0; i < (nibbles + 1) / 2; i++)
            result |= (uint)source[i] << 8 * i;
        return result;
    }

    private static void Store(byte* destination, uint value, int nibbles)
    {
        if (nibbles == Channels)
        {
            Unsafe.WriteUnaligned(destination, value);
            return;
        }
        for (var i = 0; i < (nibbles + 1) / 2; i++)
            destination[i] = (byte)(value >> 8 * i);
    }

    /// <summary>Nibble j of word i and nibble i of word j change places: blocks of four by four, then two by two, then single nibbles.</summary>
    private static void Transpose(uint* words)
    {
        for (var k = 0; k < 4; k++)
            Exchange(ref words[k], ref words[k + 4], 16, 0x0000FFFF);
        for (var k = 0; k < 6; k += k == 1 ? 3 : 1)
            Exchange(ref words[k], ref words[k + 2], 8, 0x00FF00FF);
        for (var k = 0; k < 8; k += 2)
            Exchange(ref words[k], ref words[k + 1], 4, 0x0F0F0F0F);
    }

    private static void Exchange(ref uint a, ref uint b, int shift, uint mask)
    {
        var difference = (a >> shift ^ b) & mask;
        a ^= difference << shift;
        b ^= difference;
    }

    /// <summary>Nibble k of the low half to nibble 2k.</summary>
    private static uint Spread(uint half)
    {
        half = (half | half << 8) & 0x00FF00FF;
        return (half | half << 4) & 0x0F0F0F0F;
    }

    /// <summary>Nibble 2k to nibble k of the low half.</summary>
    private static uint Gather(uint word)
    {
        word &= 0x0F0F0F0F;
        word = (word | word >> 4) & 0x00FF00FF;
        return (word | word >> 8) & 0x0000FFFF;
    }
}
