using System.Buffers.Binary;

namespace Temoto.Formats.Images;

/// <summary>
/// The bits of entropy-coded JPEG data, most significant first. FF 00 stands for FF; any other FF ends the data. Behind the end zeros follow, so that
/// a block is always decoded to its end; <see cref="ThrowIfOverrun"/> then finds that too much was read.
/// </summary>
internal ref struct JpegBits(ImageSource source, int position)
{
    private const ulong EveryByte = 0x0101010101010101;

    private readonly ReadOnlySpan<byte> data = source.Data;

    /// <summary>Zeros put in behind the end of the data; they are the last <see cref="Count"/> bits.</summary>
    private int inventedBits;

    /// <summary>The next bits, from the top.</summary>
    public ulong Buffer;

    /// <summary>How many bits of <see cref="Buffer"/> count.</summary>
    public int Count;

    /// <summary>Behind the bytes that are in the buffer. Never behind a marker.</summary>
    public int Position { get; private set; } = position;

    /// <summary>At least 56 bits are there afterwards.</summary>
    public void Fill()
    {
        if (Position <= data.Length - 8)
        {
            var next = BinaryPrimitives.ReadUInt64BigEndian(data[Position..]);
            // Is none of the eight bytes FF, that is: has the complement no byte 0?
            var flipped = ~next;
            if (((flipped - EveryByte) & next & (EveryByte << 7)) == 0)
            {
                // Bits of a byte that only half fits are put in as well; the same bits come again with the next filling.
                Buffer |= next >> Count;
                var bytes = (63 - Count) >> 3;
                Position += bytes;
                Count += bytes << 3;
                return;
            }
        }
        FillByByte();
    }

    private void FillByByte()
    {
        // Bits beyond Count may be left over from a filling above.
        Buffer = Count == 0 ? 0 : Buffer & (ulong.MaxValue << (64 - Count));
        while (Count <= 56)
        {
            byte value = 0;
            if (Position < data.Length && data[Position] != JpegMarker.Prefix)
            {
                value = data[Position++];
            }
            else if (Position < data.Length - 1 && data[Position + 1] == 0)
            {
                value = JpegMarker.Prefix;
                Position += 2;
            }
            else
            {
                inventedBits += 8;
            }
            Buffer |= (ulong)value << (56 - Count);
            Count += 8;
        }
    }

    /// <summary>The next <paramref name="count"/> bits, 1 to 16, as a number.</summary>
    public int Take(int count)
    {
        if (Count < count)
            Fill();
        var value = (int)(Buffer >> (64 - count));
        Buffer <<= count;
        Count -= count;
        return value;
    }

    /// <summary>The next symbol of a code.</summary>
    public int Symbol(JpegHuffmanTable table)
    {
        if (Count < JpegHuffmanTable.LongestCode)
            Fill();
        int entry = table.Lookup[(int)(Buffer >> (64 - JpegHuffmanTable.LookupBits))];
        if (entry == 0)
            entry = LongSymbol(table);
        Buffer <<= entry >> 8;
        Count -= entry >> 8;
        return entry & 0xFF;
    }

    /// <summary>A code that is not in the look-up table: length * 256 + symbol.</summary>
    public readonly int LongSymbol(JpegHuffmanTable table)
    {
        var entry = table.Long((int)(Buffer >> (64 - JpegHuffmanTable.LongestCode)));
        return entry != 0 ? entry : throw Bad("bits that are no code of the scan's table", "one of its codes");
    }

    /// <summary>A value of <paramref name="size"/> bits, 0 to 15: those that begin with 0 are negative (T.81, figure F.12).</summary>
    public int Signed(int size) => size == 0 ? 0 : Extend(Take(size), size);

    public static int Extend(int value, int size) => value < 1 << (size - 1) ? value - (1 << size) + 1 : value;

    public readonly void ThrowIfOverrun()
    {
        if (Count < inventedBits)
            throw Bad("the end of the scan's data", "data for all its blocks");
    }

    /// <summary>Moves to the marker that ends the data, skipping what is left before it; the buffer is empty afterwards.</summary>
    /// <returns>The marker, or 0 at the end of the file; <see cref="Position"/> is that of its FF.</returns>
    public int SkipToMarker()
    {
        (Buffer, Count, inventedBits) = (0, 0, 0);
        for (; Position < data.Length - 1; Position++)
        {
            if (data[Position] == JpegMarker.Prefix && data[Position + 1] is not (0 or JpegMarker.Prefix))
                return data[Position + 1];
        }
        return 0;
    }

    /// <summary>Reads the marker that must separate two restart intervals.</summary>
    public void Restart(int expected)
    {
        var marker = SkipToMarker();
        if (marker != expected)
            throw Bad(marker == 0 ? "the end of the file" : JpegMarker.Name(marker), JpegMarker.Name(expected));
        Position += 2;
    }

    public readonly InputException Bad(string found, string expected) => source.Bad($"scan data near byte {Position}", found, expected);
}
