using System.Buffers.Binary;

namespace Temoto.Packing;

/// <summary>The code of every chunk and its form in the stream: writer and reader side by side.</summary>
internal sealed class PrefixTable
{
    /// <summary>Two nibbles' codes must fit the look-up.</summary>
    public const int MostNibbleBits = PrefixCode.MostBits / 2;

    /// <summary>A chunk without a code of its own: the escape code, then its 16 bits.</summary>
    public const int EscapedBits = 16;

    /// <summary>More pairs than this cannot have codes of at most <see cref="PrefixCode.MostBits"/> bits and leave room for an escape.</summary>
    public const int MostPairs = (1 << PrefixCode.MostBits) - 1;

    private const int PairCountBytes = 2 * PrefixCode.MostBits;
    private const int FirstLength = 8;

    /// <summary>From this many bytes on, 256 lengths weigh so little that smoothing cannot pay.</summary>
    private const long SmoothedBytes = 1 << 13;

    private PrefixTable(PrefixTableKind kind, byte[] bytes, ushort[] chunks, int[] lengths, ushort[] codes, (int Length, ushort Code)? escape)
    {
        Kind = kind;
        Bytes = bytes;
        Chunks = chunks;
        Lengths = lengths;
        Codes = codes;
        Escape = escape;
    }

    public PrefixTableKind Kind { get; }

    public int ChunkBytes => Kind == PrefixTableKind.Pairs ? 2 : 1;

    /// <summary>The table as it lies in the stream.</summary>
    public byte[] Bytes { get; }

    /// <summary>Chunks with a code of their own.</summary>
    public ushort[] Chunks { get; }

    /// <summary>Bits of their codes; 0 for the only chunk there is.</summary>
    public int[] Lengths { get; }

    /// <summary>Their codes, the first bit lowest.</summary>
    public ushort[] Codes { get; }

    /// <summary>Null where every chunk that occurs has a code.</summary>
    public (int Length, ushort Code)? Escape { get; }

    /// <summary>The best table of one kind for these counts.</summary>
    public static PrefixTable Build(PrefixTableKind kind, ChunkHistogram histogram) => kind switch
    {
        PrefixTableKind.Bytes => OfBytes(histogram),
        PrefixTableKind.Nibbles => OfNibbles(PrefixCode.Lengths(NibbleCounts(histogram), MostNibbleBits)),
        _ => OfPairs(histogram),
    };

    /// <summary>Bits that chunks with these counts take.</summary>
    public long Bits(ChunkHistogram histogram)
    {
        long bits = 0;
        var escaped = histogram.Total;
        for (var i = 0; i < Chunks.Length; i++)
        {
            bits += histogram.Counts[Chunks[i]] * Lengths[i];
            escaped -= histogram.Counts[Chunks[i]];
        }
        return bits + escaped * ((Escape?.Length ?? 0) + EscapedBits);
    }

    /// <summary>Reads a table and says how many bytes it took.</summary>
    public static PrefixTable Read(PrefixTableKind kind, ReadOnlySpan<byte> source, PackedSource errors) => kind switch
    {
        PrefixTableKind.Bytes => ReadBytes(source, errors),
        PrefixTableKind.Nibbles => ReadNibbles(source, errors),
        _ => ReadPairs(source, errors),
    };

    /// <summary>
    /// Lengths of a small matrix follow the accidents of its counts, and cost more to store than they save: counts smoothed over neighbouring weights may do better, with
    /// codes for a few bytes that do not occur.
    /// </summary>
    private static PrefixTable OfBytes(ChunkHistogram histogram)
    {
        var best = OfBytes(PrefixCode.Lengths(histogram.Counts, PrefixCode.MostBits));
        if (histogram.Total > SmoothedBytes)
            return best;
        var bestBits = best.Bits(histogram) + 8L * best.Bytes.Length;
        for (var radius = 1; radius <= 48; radius += 1 + radius / 3)
        {
            var table = OfBytes(PrefixCode.Lengths(Smooth(histogram.Counts, radius), PrefixCode.MostBits));
            var bits = table.Bits(histogram) + 8L * table.Bytes.Length;
            if (bits < bestBits)
                (best, bestBits) = (table, bits);
        }
        return best;
    }

    /// <summary>Each count spread over its neighbours, the nearer the more.</summary>
    private static long[] Smooth(ReadOnlySpan<long> counts, int radius)
    {
        var smooth = new long[256];
        for (var i = 0; i < 256; i++)
        {
            for (var j = Math.Max(0, i - radius); j <= Math.Min(255, i + radius); j++)
                smooth[Symbol(i)] += counts[Symbol(j)] * (radius + 1 - Math.Abs(i - j));
        }
        return smooth;
    }

    private static PrefixTable OfBytes(int[] lengths)
    {
        var writer = new BitWriter();
        var last = FirstLength;
        for (var i = 0; i < 256;)
        {
            var length = lengths[Symbol(i)];
            if (length == 0)
            {
                var run = 1;
                while (i + run < 256 && lengths[Symbol(i + run)] == 0)
                    run++;
                writer.Write(0b1111, 4);
                writer.Write((uint)run - 1, 8);
                i += run;
                continue;
            }
            switch (length - last)
            {
                case 0:
                    writer.Write(0b0, 1);
                    break;
                case 1 or -1:
                    writer.Write(0b01, 2);
                    writer.Write(length < last ? 1u : 0, 1);
                    break;
                case 2 or -2:
                    writer.Write(0b011, 3);
                    writer.Write(length < last ? 1u : 0, 1);
                    break;
                default:
                    writer.Write(0b0111, 4);
                    writer.Write((uint)length, 4);
                    break;
            }
            last = length;
            i++;
        }
        return FromLengths(PrefixTableKind.Bytes, lengths, writer.ToArray())!;
    }

    private static PrefixTable ReadBytes(ReadOnlySpan<byte> source, PackedSource errors)
    {
        var reader = new BitReader(source);
        var lengths = new int[256];
        var last = FirstLength;
        for (var i = 0; i < 256;)
        {
            var ones = 0;
            while (ones < 4 && reader.Read(1) == 1)
                ones++;
            if (ones == 4)
            {
                i += (int)reader.Read(8) + 1;
                if (i > 256)
                    throw errors.Bad("code lengths for more than 256 bytes", "256 of them");
                continue;
            }
            if (ones == 3)
                last = (int)reader.Read(4);
            else if (ones > 0)
                last += reader.Read(1) == 1 ? -ones : ones;
            if (last is < 1 or > PrefixCode.MostBits)
                throw errors.Bad($"a code of {last} bits", $"1 to {PrefixCode.MostBits}");
            lengths[Symbol(i++)] = last;
        }
        if (reader.Overrun)
            throw errors.Bad("a code table that is cut off", "256 code lengths");
        return FromLengths(PrefixTableKind.Bytes, lengths, source[..reader.BytesRead].ToArray()) ?? throw Incomplete(errors);
    }

    /// <summary>Lengths are stored in the order of signed weights, where neighbours are alike.</summary>
    private static int Symbol(int index) => index ^ 0x80;

    private static PrefixTable? FromLengths(PrefixTableKind kind, int[] lengths, byte[] bytes)
    {
        var codes = PrefixCode.Codes(lengths);
        if (codes is null)
            return null;
        var alone = PrefixCode.IsAlone(lengths);
        var used = Enumerable.Range(0, lengths.Length).Where(symbol => lengths[symbol] > 0).ToArray();
        return new PrefixTable(kind, bytes, Array.ConvertAll(used, symbol => (ushort)symbol), Array.ConvertAll(used, symbol => alone ? 0 : lengths[symbol]), Array.ConvertAll(used, symbol => codes[symbol]), null);
    }

    private static long[] NibbleCounts(ChunkHistogram histogram)
    {
        var counts = new long[16];
        for (var value = 0; value < 256; value++)
        {
            counts[value & 0xF] += histogram.Counts[value];
            counts[value >> 4] += histogram.Counts[value];
        }
        return counts;
    }

    private static PrefixTable OfNibbles(int[] lengths)
    {
        var bytes = new byte[8];
        for (var i = 0; i < 16; i++)
            bytes[i / 2] |= (byte)(lengths[i] << i % 2 * 4);
        return FromNibbles(lengths, bytes)!;
    }

    private static PrefixTable ReadNibbles(ReadOnlySpan<byte> source, PackedSource errors)
    {
        if (source.Length < 8)
            throw errors.Bad("a code table that is cut off", "16 code lengths");
        var lengths = new int[16];
        for (var i = 0; i < 16; i++)
        {
            lengths[i] = source[i / 2] >> i % 2 * 4 & 0xF;
            if (lengths[i] > MostNibbleBits)
                throw errors.Bad($"a code of {lengths[i]} bits", $"0 to {MostNibbleBits} for a nibble");
        }
        return FromNibbles(lengths, source[..8].ToArray()) ?? throw Incomplete(errors);
    }

    private static PrefixTable? FromNibbles(int[] lengths, byte[] bytes)
    {
        var nibbles = FromLengths(PrefixTableKind.Nibbles, lengths, bytes);
        if (nibbles is null)
            return null;
        var count = nibbles.Chunks.Length;
        var chunks = new ushort[count * count];
        var byteLengths = new int[count * count];
        var codes = new ushort[count * count];
        for (var high = 0; high < count; high++)
        {
            for (var low = 0; low < count; low++)
            {
                var i = high * count + low;
                chunks[i] = (ushort)(nibbles.Chunks[high] << 4 | nibbles.Chunks[low]);
                byteLengths[i] = nibbles.Lengths[low] + nibbles.Lengths[high];
                codes[i] = (ushort)(nibbles.Codes[low] | nibbles.Codes[high] << nibbles.Lengths[low]);
            }
        }
        return new PrefixTable(PrefixTableKind.Nibbles, bytes, chunks, byteLengths, codes, null);
    }

    /// <summary>
    /// A rare pair is cheaper behind the escape code than with two bytes of table and a code that takes room from the others: pairs get codes from the most
    /// frequent one on. How far is tried at a few frequencies, since the bound on the code length leaves no closed form.
    /// </summary>
    private static PrefixTable OfPairs(ChunkHistogram histogram)
    {
        var items = histogram.Items();
        items.Sort((a, b) => b.Count != a.Count ? b.Count.CompareTo(a.Count) : a.Chunk.CompareTo(b.Chunk));
        PrefixTable? best = null;
        var bestBits = long.MaxValue;
        var lastKept = 0;
        for (var exponent = PrefixCode.MostBits - 3; exponent <= PrefixCode.MostBits + 4; exponent++)
        {
            var kept = 1;
            while (kept < Math.Min(items.Count, MostPairs) && items[kept].Count >= Math.Max(2, histogram.Total >> exponent))
                kept++;
            if (kept == lastKept)
                continue;
            lastKept = kept;
            var table = OfPairs(items, kept, histogram.Total);
            var bits = table.Bits(histogram) + 8L * table.Bytes.Length;
            if (bits < bestBits)
                (best, bestBits) = (table, bits);
        }
        return best!;
    }

    private static PrefixTable OfPairs(List<(uint Chunk, long Count)> items, int kept, long total)
    {
        var counts = new long[kept + 1];
        counts[kept] = total;
        for (var i = 0; i < kept; i++)
        {
            counts[i] = items[i].Count;
            counts[kept] -= counts[i];
        }
        var lengths = PrefixCode.Lengths(counts, PrefixCode.MostBits);
        var order = Enumerable.Range(0, kept).OrderBy(i => lengths[i]).ThenBy(i => items[i].Chunk).ToArray();
        return FromPairs(Array.ConvertAll(order, i => (ushort)items[i].Chunk), [.. order.Select(i => lengths[i]), lengths[kept]])!;
    }

    private static PrefixTable? FromPairs(ushort[] chunks, int[] lengths)
    {
        var codes = PrefixCode.Codes(lengths);
        if (codes is null)
            return null;
        var bytes = new byte[PairCountBytes + 1 + 2 * chunks.Length];
        for (var i = 0; i < chunks.Length; i++)
        {
            var count = bytes.AsSpan(2 * (lengths[i] - 1));
            BinaryPrimitives.WriteUInt16LittleEndian(count, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(count) + 1));
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PairCountBytes + 1 + 2 * i), chunks[i]);
        }
        bytes[PairCountBytes] = (byte)lengths[^1];
        if (PrefixCode.IsAlone(lengths))
            Array.Clear(lengths);
        (int, ushort)? escape = bytes[PairCountBytes] > 0 ? (lengths[^1], codes[^1]) : null;
        return new PrefixTable(PrefixTableKind.Pairs, bytes, chunks, lengths[..^1], codes[..^1], escape);
    }

    private static PrefixTable ReadPairs(ReadOnlySpan<byte> source, PackedSource errors)
    {
        if (source.Length <= PairCountBytes)
            throw errors.Bad("a code table that is cut off", $"{PairCountBytes + 1} bytes of counts");
        var lengths = new List<int>();
        for (var length = 1; length <= PrefixCode.MostBits; length++)
        {
            var count = BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * (length - 1))..]);
            if (count > 1 << length)
                throw errors.Bad($"{count} codes of {length} bits", $"at most {1 << length}");
            lengths.AddRange(Enumerable.Repeat(length, count));
        }
        var pairs = lengths.Count;
        lengths.Add(source[PairCountBytes]);
        if (lengths[^1] > PrefixCode.MostBits)
            throw errors.Bad($"an escape code of {lengths[^1]} bits", $"0 to {PrefixCode.MostBits}");
        if (source.Length < PairCountBytes + 1 + 2 * pairs)
            throw errors.Bad("a code table that is cut off", $"{pairs} pairs");
        var chunks = new ushort[pairs];
        for (var i = 0; i < pairs; i++)
            chunks[i] = BinaryPrimitives.ReadUInt16LittleEndian(source[(PairCountBytes + 1 + 2 * i)..]);
        return FromPairs(chunks, [.. lengths]) ?? throw Incomplete(errors);
    }

    private static InputException Incomplete(PackedSource errors) => errors.Bad("code lengths that make no complete code", "lengths that use every code once");
}
