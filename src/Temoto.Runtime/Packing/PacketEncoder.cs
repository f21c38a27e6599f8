namespace Temoto.Packing;

/// <summary>Writes what <see cref="PacketDecoder"/> reads.</summary>
internal sealed unsafe class PacketEncoder : ChunkEncoder
{
    private readonly int chunkBytes;
    private readonly int modeBits;
    private readonly int packetBytes;
    private readonly int[] widths;
    private readonly int[] counts;
    private readonly ushort[]? idOfShortChunk;
    private readonly Dictionary<uint, ushort>? idOfLongChunk;

    /// <param name="uniques">The Unique Matrix: chunks in the order of their IDs.</param>
    public PacketEncoder(int chunkBytes, uint[] uniques, int packetBits, int modeBits, int[] widths)
    {
        this.chunkBytes = chunkBytes;
        this.modeBits = modeBits;
        this.widths = widths;
        packetBytes = packetBits / 8;
        counts = Array.ConvertAll(widths, width => (packetBits - modeBits) / width);
        if (chunkBytes <= 2)
        {
            idOfShortChunk = new ushort[1 << 8 * chunkBytes];
            for (var i = 0; i < uniques.Length; i++)
                idOfShortChunk[uniques[i]] = (ushort)i;
        }
        else
        {
            idOfLongChunk = new Dictionary<uint, ushort>(uniques.Length);
            for (var i = 0; i < uniques.Length; i++)
                idOfLongChunk.Add(uniques[i], (ushort)i);
        }
        Tables = WriteTables(uniques);
    }

    public override byte[] Tables { get; }

    /// <summary>Bits that IDs of so many chunks need.</summary>
    public static int IdBits(int uniques)
    {
        var bits = 1;
        while (1 << bits < uniques)
            bits++;
        return bits;
    }

    /// <summary>The widest width needed and those just below it, at least 1: for 11-bit IDs and 3 mode bits 4 to 11.</summary>
    public static int[] DefaultWidths(int idBits, int modeBits)
    {
        var widths = new int[1 << modeBits];
        for (var i = 0; i < widths.Length; i++)
            widths[i] = Math.Max(1, idBits - widths.Length + 1 + i);
        return widths;
    }

    public override long MostBytes(long chunks) => (chunks + counts[^1] - 1) / counts[^1] * packetBytes;

    /// <summary>
    /// Each packet takes the narrowest width whose every slot the next IDs fill and fit: the count of a packet's IDs follows from its width, so only the block's
    /// last packet may have empty slots.
    /// </summary>
    public override long Encode(byte* source, long chunks, byte* destination)
    {
        var packet = destination;
        var ids = stackalloc ushort[PacketDecoder.MostPacketBits];
        var pending = 0;
        long read = 0;
        while (true)
        {
            // A packet holds at most as many IDs as it has bits.
            while (pending < counts[0] && read < chunks)
                ids[pending++] = Id(source + read++ * chunkBytes);
            if (pending == 0)
                return packet - destination;
            var (mode, count) = Choose(ids, pending);
            new Span<byte>(packet, packetBytes).Clear();
            WriteBits(packet, 0, (uint)mode, modeBits);
            for (var i = 0; i < count; i++)
                WriteBits(packet, modeBits + i * widths[mode], ids[i], widths[mode]);
            packet += packetBytes;
            pending -= count;
            new Span<ushort>(ids + count, pending).CopyTo(new Span<ushort>(ids, pending));
        }
    }

    /// <summary>Widths ascend, so one walk over the IDs finds how many each of them carries.</summary>
    private (int Mode, int Count) Choose(ushort* ids, int pending)
    {
        var fits = 0;
        for (var mode = 0; mode < widths.Length; mode++)
        {
            while (fits < pending && ids[fits] >> widths[mode] == 0)
                fits++;
            var count = Math.Min(pending, counts[mode]);
            if (fits >= count)
                return (mode, count);
        }
        throw new InvalidOperationException("an ID wider than the widest packet");
    }

    private ushort Id(byte* chunk) => chunkBytes switch
    {
        1 => idOfShortChunk![*chunk],
        2 => idOfShortChunk![*(ushort*)chunk],
        _ => idOfLongChunk![ChunkHistogram.Chunk(chunk, chunkBytes)],
    };

    private static void WriteBits(byte* packet, int start, uint value, int count)
    {
        for (; count > 0;)
        {
            var room = Math.Min(8 - (start & 7), count);
            packet[start >> 3] |= (byte)((value & (1u << room) - 1) << (start & 7));
            value >>= room;
            start += room;
            count -= room;
        }
    }

    private byte[] WriteTables(uint[] uniques)
    {
        var tables = new List<byte>();
        tables.AddRange(BitConverter.GetBytes((uint)uniques.Length));
        foreach (var width in widths)
            tables.Add((byte)width);
        foreach (var chunk in uniques)
        {
            for (var i = 0; i < chunkBytes; i++)
                tables.Add((byte)(chunk >> 8 * i));
        }
        return [.. tables];
    }
}
