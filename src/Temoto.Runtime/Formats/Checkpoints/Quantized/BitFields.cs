using System.Runtime.CompilerServices;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>Unsigned fields of a few bits in a stream of 32-bit words, the first in the lowest bits; a field may go on in the next word.</summary>
internal static unsafe class BitFields
{
    private const int WordBits = 32;

    /// <summary>Words that <paramref name="count"/> fields take.</summary>
    public static long Words(long count, int bits) => (count * bits + WordBits - 1) / WordBits;

    /// <summary>Field <paramref name="index"/> of the stream whose words lie <paramref name="stride"/> words apart. They may lie unaligned.</summary>
    public static uint Read(byte* words, long stride, long index, int bits)
    {
        var bit = index * bits;
        var (word, shift) = (bit / WordBits, (int)(bit % WordBits));
        var value = At(words, word * stride) >> shift;
        if (shift + bits > WordBits)
            value |= At(words, (word + 1) * stride) << WordBits - shift;
        return value & (1u << bits) - 1;
    }

    private static uint At(byte* words, long index) => Unsafe.ReadUnaligned<uint>(words + index * sizeof(uint));
}
