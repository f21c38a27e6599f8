namespace Temoto.Packing;

/// <summary>
/// Decodes blocks of prefix codes. The chunks of a block are cut into lanes of equal count, each a bit stream of its own that starts at a byte, so that several are decoded
/// side by side; the sizes of all lanes but the last stand in front of them.
/// </summary>
/// <remarks>
/// Made for a hardware unit as well. A code has at most 12 bits (28 with an escaped pair), so one read of a 4096-entry table, a block RAM of its own port for each
/// lane, gives a chunk and its length: a lane decodes one chunk per cycle without search, and 16 lanes at 6 to 8 bits each take in about one 128-bit packet per cycle.
/// A block is read in address order into the lanes' memories (16 x 2 KiB, twice, to fetch the next block meanwhile), so the memory port sees one linear burst; each
/// block says where the next one starts, so units can work on several at once. A byte's code table is at most 16 KiB and usually comes from 60 bytes of lengths.
/// Finite-state coding (tANS) would gain less than 0.6 % on the demo model's weights and cost a state per lane and block, and wider tables.
/// </remarks>
internal sealed unsafe class PrefixDecoder : ChunkDecoder
{
    /// <summary>A block of more plain bytes has lanes whose sizes need four bytes.</summary>
    private const long ShortSizeBlockBytes = 1 << 16;

    /// <summary>Look-ups that one unaligned 64-bit read, of which 57 bits are sure, has bits for: 4 x 12, or 2 x (12 + 16) with escapes.</summary>
    private const int LookUps = 4;

    private const int PairLookUps = 2;

    /// <summary>From this many bytes per look-up on, the table with two bytes an entry wins over its longer loop.</summary>
    private const double WorthwhileDoubles = 1.25;

    private readonly PackedSource errors;
    private readonly int lanes;
    private readonly int sizeBytes;
    private readonly int chunkBytes;
    private readonly uint indexMask;

    /// <summary>By the next bits of a lane: code length | chunks (0: escape) &lt;&lt; 8 | chunk &lt;&lt; 16.</summary>
    private readonly uint[] entries;

    /// <summary>As <see cref="entries"/>, with two bytes where both codes lie within the bits; null where that is rare.</summary>
    private readonly uint[]? doubles;

    private struct Lane
    {
        /// <summary>Bits from the block's start.</summary>
        public long Bit;

        public byte* End;
        public byte* Output;
        public byte* OutputEnd;
    }

    public PrefixDecoder(PackedHeader header, PrefixTable table, PackedSource errors)
    {
        this.errors = errors;
        lanes = header.Width;
        sizeBytes = SizeBytes(header);
        chunkBytes = header.ChunkBytes;
        var indexBits = table.Lengths.Append(table.Escape?.Length ?? 0).Max();
        indexMask = (1u << indexBits) - 1;
        entries = new uint[1 << indexBits];
        for (var i = 0; i < table.Chunks.Length; i++)
            Fill(table.Codes[i], table.Lengths[i], 1, table.Chunks[i]);
        if (table.Escape is { } escape)
            Fill(escape.Code, escape.Length, 0, 0);
        if (chunkBytes == 1)
            doubles = Doubles(indexBits);
    }

    /// <summary>Bytes of a lane's size in a block's head.</summary>
    public static int SizeBytes(PackedHeader header) => header.BlockRows * header.PaddedRowBytes > ShortSizeBlockBytes ? 4 : 2;

    /// <summary>Chunks of each lane; the last ones may have fewer.</summary>
    public static long LaneChunks(long chunks, int lanes) => (chunks + lanes - 1) / lanes;

    public override void Decode(byte* source, byte* end, byte* readable, long chunks, byte* destination)
    {
        Touch(source, end);
        var all = stackalloc Lane[lanes];
        Locate(source, end, chunks, destination, all);
        fixed (uint* table = doubles ?? entries)
        {
            for (var lane = 0; lane + 4 <= lanes; lane += 4)
            {
                if (chunkBytes == 2)
                    DecodePairs(all + lane, source, readable, table);
                else if (doubles is null)
                    DecodeBytes(all + lane, source, readable, table);
                else
                    DecodeDoubles(all + lane, source, readable, table);
            }
        }
        for (var lane = 0; lane < lanes; lane++)
            Finish(source, all[lane]);
    }

    public override void DecodePlainly(byte* source, byte* end, long chunks, byte* destination)
    {
        var all = stackalloc Lane[lanes];
        Locate(source, end, chunks, destination, all);
        for (var lane = 0; lane < lanes; lane++)
            Finish(source, all[lane]);
    }

    private void Fill(int code, int length, int chunks, int chunk)
    {
        for (var index = code; index < entries.Length; index += 1 << length)
            entries[index] = (uint)(length | chunks << 8 | chunk << 16);
    }

    private uint[]? Doubles(int indexBits)
    {
        var table = new uint[entries.Length];
        var chunks = 0L;
        for (var index = 0; index < table.Length; index++)
        {
            var first = entries[index];
            var length = (int)(first & 0xFF);
            var second = entries[index >> length];
            var secondLength = (int)(second & 0xFF);
            table[index] = length + secondLength <= indexBits
                ? (uint)(length + secondLength) | 2 << 8 | (first >> 16 | second >> 16 << 8) << 16
                : first;
            chunks += table[index] >> 8 & 0xFF;
        }
        return chunks > WorthwhileDoubles * table.Length ? table : null;
    }

    private void Locate(byte* source, byte* end, long chunks, byte* destination, Lane* all)
    {
        var start = source + (lanes - 1) * sizeBytes;
        var laneChunks = LaneChunks(chunks, lanes);
        for (var lane = 0; lane < lanes; lane++)
        {
            // Rows of many chunks never need more than 2^31 of them, nor a lane more bytes.
            long size = 0;
            if (lane == lanes - 1)
                size = end - start;
            else if (source + (lane + 1) * sizeBytes <= end)
                size = sizeBytes == 2 ? *(ushort*)(source + lane * 2) : *(uint*)(source + lane * 4);
            if (size < 0 || size > end - start)
                throw errors.Bad("a block whose lanes reach past its end", "lanes that fill the block");
            all[lane] = new Lane
            {
                Bit = (start - source) * 8,
                End = start + size,
                Output = destination + Math.Min(chunks, lane * laneChunks) * chunkBytes,
                OutputEnd = destination + Math.Min(chunks, (lane + 1) * laneChunks) * chunkBytes,
            };
            start += size;
        }
    }

    /// <summary>
    /// Brings the block into the cache in address order, which the processor foresees; the lanes, read side by side, are a kilobyte or two each and over before it has.
    /// </summary>
    private static void Touch(byte* source, byte* end)
    {
        const int cacheLineBytes = 64;
        for (; source < end; source += cacheLineBytes)
            Volatile.Read(ref *source);
    }

    /// <summary>The rest of a lane, one chunk at a time; bits behind the lane's end are zeros. This is the specification.</summary>
    private void Finish(byte* source, Lane lane)
    {
        while (lane.Output < lane.OutputEnd)
        {
            var bits = Window(source + (lane.Bit >> 3), lane.End) >> (int)(lane.Bit & 7);
            var entry = entries[(uint)bits & indexMask];
            var length = (int)(entry & 0xFF);
            var chunk = entry >> 16;
            if ((entry & 0xFF00) == 0)
            {
                chunk = (uint)(bits >> length) & 0xFFFF;
                length += PrefixTable.EscapedBits;
            }
            lane.Bit += length;
            Write(chunk, chunkBytes, lane.Output);
            lane.Output += chunkBytes;
        }
        if (source + (lane.Bit + 7 >> 3) != lane.End)
            throw errors.Bad("a lane whose length does not fit its codes", "codes for all rows and nothing behind them");
    }

    private static ulong Window(byte* at, byte* end)
    {
        if (end - at >= sizeof(ulong))
            return *(ulong*)at;
        ulong bits = 0;
        for (var i = 0; at + i < end; i++)
            bits |= (ulong)at[i] << 8 * i;
        return bits;
    }

    /// <summary>Steps of four lanes that are sure to write <paramref name="stepBytes"/> each at most and to read nothing behind <paramref name="readable"/>.</summary>
    private static long SafeSteps(Lane* lanes, byte* source, byte* readable, int stepBytes)
    {
        var steps = long.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            // A step takes at most 57 bits, so less than 8 bytes.
            var toRead = (readable - source - sizeof(ulong) - (lanes[i].Bit >> 3)) / sizeof(ulong);
            steps = Math.Min(steps, Math.Min((lanes[i].OutputEnd - lanes[i].Output) / stepBytes, toRead));
        }
        return steps;
    }

    private void DecodeBytes(Lane* lanes, byte* source, byte* readable, uint* table)
    {
        ulong mask = indexMask;
        for (var steps = SafeSteps(lanes, source, readable, LookUps); steps > 0; steps = SafeSteps(lanes, source, readable, LookUps))
        {
            long bitA = lanes[0].Bit, bitB = lanes[1].Bit, bitC = lanes[2].Bit, bitD = lanes[3].Bit;
            byte* a = lanes[0].Output, b = lanes[1].Output, c = lanes[2].Output, d = lanes[3].Output;
            var end = a + steps * LookUps;
            for (; a < end; a += LookUps, b += LookUps, c += LookUps, d += LookUps)
            {
                var bitsA = *(ulong*)(source + (bitA >> 3)) >> (int)(bitA & 7);
                var bitsB = *(ulong*)(source + (bitB >> 3)) >> (int)(bitB & 7);
                var bitsC = *(ulong*)(source + (bitC >> 3)) >> (int)(bitC & 7);
                var bitsD = *(ulong*)(source + (bitD >> 3)) >> (int)(bitD & 7);

                // The sums' low bytes are the bits taken: 4 x 12 at most.
                uint sumA, sumB, sumC, sumD;
                var entry = table[bitsA & mask];
                a[0] = (byte)(entry >> 16);
                bitsA >>= (int)entry;
                sumA = entry;
                entry = table[bitsB & mask];
                b[0] = (byte)(entry >> 16);
                bitsB >>= (int)entry;
                sumB = entry;
                entry = table[bitsC & mask];
                c[0] = (byte)(entry >> 16);
                bitsC >>= (int)entry;
                sumC = entry;
                entry = table[bitsD & mask];
                d[0] = (byte)(entry >> 16);
                bitsD >>= (int)entry;
                sumD = entry;

                entry = table[bitsA & mask];
                a[1] = (byte)(entry >> 16);
                bitsA >>= (int)entry;
                sumA += entry;
                entry = table[bitsB & mask];
                b[1] = (byte)(entry >> 16);
                bitsB >>= (int)entry;
                sumB += entry;
                entry = table[bitsC & mask];
                c[1] = (byte)(entry >> 16);
                bitsC >>= (int)entry;
                sumC += entry;
                entry = table[bitsD & mask];
                d[1] = (byte)(entry >> 16);
                bitsD >>= (int)entry;
                sumD += entry;

                entry = table[bitsA & mask];
                a[2] = (byte)(entry >> 16);
                bitsA >>= (int)entry;
                sumA += entry;
                entry = table[bitsB & mask];
                b[2] = (byte)(entry >> 16);
                bitsB >>= (int)entry;
                sumB += entry;
                entry = table[bitsC & mask];
                c[2] = (byte)(entry >> 16);
                bitsC >>= (int)entry;
                sumC += entry;
                entry = table[bitsD & mask];
                d[2] = (byte)(entry >> 16);
                bitsD >>= (int)entry;
                sumD += entry;

                entry = table[bitsA & mask];
                a[3] = (byte)(entry >> 16);
                bitA += (byte)(sumA + entry);
                entry = table[bitsB & mask];
                b[3] = (byte)(entry >> 16);
                bitB += (byte)(sumB + entry);
                entry = table[bitsC & mask];
                c[3] = (byte)(entry >> 16);
                bitC += (byte)(sumC + entry);
                entry = table[bitsD & mask];
                d[3] = (byte)(entry >> 16);
                bitD += (byte)(sumD + entry);
            }
            Advance(lanes, bitA, a, 0);
            Advance(lanes, bitB, b, 1);
            Advance(lanes, bitC, c, 2);
            Advance(lanes, bitD, d, 3);
        }
    }

    private void DecodeDoubles(Lane* lanes, byte* source, byte* readable, uint* table)
    {
        ulong mask = indexMask;
        for (var steps = SafeSteps(lanes, source, readable, 2 * LookUps); steps > 0; steps = SafeSteps(lanes, source, readable, 2 * LookUps))
        {
            long bitA = lanes[0].Bit, bitB = lanes[1].Bit, bitC = lanes[2].Bit, bitD = lanes[3].Bit;
            byte* a = lanes[0].Output, b = lanes[1].Output, c = lanes[2].Output, d = lanes[3].Output;
            for (; steps > 0; steps--)
            {
                var bitsA = *(ulong*)(source + (bitA >> 3)) >> (int)(bitA & 7);
                var bitsB = *(ulong*)(source + (bitB >> 3)) >> (int)(bitB & 7);
                var bitsC = *(ulong*)(source + (bitC >> 3)) >> (int)(bitC & 7);
                var bitsD = *(ulong*)(source + (bitD >> 3)) >> (int)(bitD & 7);
                for (var i = 0; i < LookUps; i++)
                {
                    var entry = table[bitsA & mask];
                    *(ushort*)a = (ushort)(entry >> 16);
                    a += (byte)(entry >> 8);
                    bitsA >>= (int)entry;
                    bitA += (byte)entry;
                    entry = table[bitsB & mask];
                    *(ushort*)b = (ushort)(entry >> 16);
                    b += (byte)(entry >> 8);
                    bitsB >>= (int)entry;
                    bitB += (byte)entry;
                    entry = table[bitsC & mask];
                    *(ushort*)c = (ushort)(entry >> 16);
                    c += (byte)(entry >> 8);
                    bitsC >>= (int)entry;
                    bitC += (byte)entry;
                    entry = table[bitsD & mask];
                    *(ushort*)d = (ushort)(entry >> 16);
                    d += (byte)(entry >> 8);
                    bitsD >>= (int)entry;
                    bitD += (byte)entry;
                }
            }
            Advance(lanes, bitA, a, 0);
            Advance(lanes, bitB, b, 1);
            Advance(lanes, bitC, c, 2);
            Advance(lanes, bitD, d, 3);
        }
    }

    private void DecodePairs(Lane* lanes, byte* source, byte* readable, uint* table)
    {
        ulong mask = indexMask;
        for (var steps = SafeSteps(lanes, source, readable, 2 * PairLookUps); steps > 0; steps = SafeSteps(lanes, source, readable, 2 * PairLookUps))
        {
            long bitA = lanes[0].Bit, bitB = lanes[1].Bit, bitC = lanes[2].Bit, bitD = lanes[3].Bit;
            byte* a = lanes[0].Output, b = lanes[1].Output, c = lanes[2].Output, d = lanes[3].Output;
            for (; steps > 0; steps--)
            {
                var bitsA = *(ulong*)(source + (bitA >> 3)) >> (int)(bitA & 7);
                var bitsB = *(ulong*)(source + (bitB >> 3)) >> (int)(bitB & 7);
                var bitsC = *(ulong*)(source + (bitC >> 3)) >> (int)(bitC & 7);
                var bitsD = *(ulong*)(source + (bitD >> 3)) >> (int)(bitD & 7);
                for (var i = 0; i < PairLookUps; i++)
                {
                    var entryA = table[bitsA & mask];
                    var entryB = table[bitsB & mask];
                    var entryC = table[bitsC & mask];
                    var entryD = table[bitsD & mask];
                    bitsA >>= (int)entryA;
                    bitsB >>= (int)entryB;
                    bitsC >>= (int)entryC;
                    bitsD >>= (int)entryD;
                    if (((entryA & entryB & entryC & entryD) & 0x100) == 0)
                    {
                        Unescape(ref entryA, ref bitsA);
                        Unescape(ref entryB, ref bitsB);
                        Unescape(ref entryC, ref bitsC);
                        Unescape(ref entryD, ref bitsD);
                    }
                    *(ushort*)a = (ushort)(entryA >> 16);
                    *(ushort*)b = (ushort)(entryB >> 16);
                    *(ushort*)c = (ushort)(entryC >> 16);
                    *(ushort*)d = (ushort)(entryD >> 16);
                    bitA += (byte)entryA;
                    bitB += (byte)entryB;
                    bitC += (byte)entryC;
                    bitD += (byte)entryD;
                    a += 2;
                    b += 2;
                    c += 2;
                    d += 2;
                }
            }
            Advance(lanes, bitA, a, 0);
            Advance(lanes, bitB, b, 1);
            Advance(lanes, bitC, c, 2);
            Advance(lanes, bitD, d, 3);
        }
    }

    private static void Unescape(ref uint entry, ref ulong bits)
    {
        if ((entry & 0x100) != 0)
            return;
        entry = (entry & 0xFF) + PrefixTable.EscapedBits | (uint)bits << 16;
        bits >>= PrefixTable.EscapedBits;
    }

    private static void Advance(Lane* lanes, long bit, byte* output, int lane)
    {
        lanes[lane].Bit = bit;
        lanes[lane].Output = output;
    }
}
