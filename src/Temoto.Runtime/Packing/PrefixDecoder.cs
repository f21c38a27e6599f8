using System.Runtime.CompilerServices;

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

    /// <summary>What of a block is still to decode.</summary>
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
                    Decode<PairStep>(all + lane, source, readable, table);
                else if (doubles is null)
                    Decode<ByteStep>(all + lane, source, readable, table);
                else
                    Decode<DoubleStep>(all + lane, source, readable, table);
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

    /// <summary>Four lanes side by side, as far as no check is needed: what one reads does not wait for what another has found.</summary>
    private void Decode<TStep>(Lane* lanes, byte* source, byte* readable, uint* table)
        where TStep : struct, IStep
    {
        ulong mask = indexMask;
        for (var steps = SafeSteps(lanes, source, readable, TStep.MostBytes); steps > 0; steps = SafeSteps(lanes, source, readable, TStep.MostBytes))
        {
            Cursor a = new(lanes[0]), b = new(lanes[1]), c = new(lanes[2]), d = new(lanes[3]);
            do
            {
                a.Read(source);
                b.Read(source);
                c.Read(source);
                d.Read(source);
                TStep.Decode(ref a, ref b, ref c, ref d, table, mask);
            }
            while (--steps > 0);
            a.Store(ref lanes[0]);
            b.Store(ref lanes[1]);
            c.Store(ref lanes[2]);
            d.Store(ref lanes[3]);
        }
    }

    /// <summary>A lane as <see cref="Decode{TStep}"/> holds it in registers: few fields, so that the compiler takes it apart.</summary>
    private struct Cursor(Lane lane)
    {
        private long bit = lane.Bit;

        /// <summary>The bits that are next.</summary>
        private ulong bits;

        public byte* Output = lane.Output;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Read(byte* source) => bits = *(ulong*)(source + (bit >> 3)) >> (int)(bit & 7);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly uint LookUp(uint* table, ulong mask) => table[bits & mask];

        /// <summary>To the bits behind an entry's.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Shift(uint entry) => bits >>= (int)entry;

        /// <summary>Where an entry is the escape's, the chunk behind it takes its place.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Unescape(ref uint entry)
        {
            if ((entry & 0x100) != 0)
                return;
            entry = (entry & 0xFF) + PrefixTable.EscapedBits | (uint)bits << 16;
            bits >>= PrefixTable.EscapedBits;
        }

        /// <summary>What the next <see cref="Read"/> need not read again: the bits in the low byte of an entry, or of several added up.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(uint entries) => bit += (byte)entries;

        public readonly void Store(ref Lane lane)
        {
            lane.Bit = bit;
            lane.Output = Output;
        }
    }

    /// <summary>What four lanes do with the bits of one read. Lanes take turns, so that look-ups overlap.</summary>
    private interface IStep
    {
        /// <summary>Written by a lane.</summary>
        static abstract int MostBytes { get; }

        static abstract void Decode(ref Cursor a, ref Cursor b, ref Cursor c, ref Cursor d, uint* table, ulong mask);
    }

    /// <summary>A byte for each look-up.</summary>
    private readonly struct ByteStep : IStep
    {
        public static int MostBytes => LookUps;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Decode(ref Cursor a, ref Cursor b, ref Cursor c, ref Cursor d, uint* table, ulong mask)
        {
            uint takenA = 0, takenB = 0, takenC = 0, takenD = 0;
            // One for all look-ups: where each has its own, the compiler (.NET 10) keeps sixteen in memory.
            uint entry = 0;
            Write(0, ref a, ref takenA, ref entry, table, mask);
            Write(0, ref b, ref takenB, ref entry, table, mask);
            Write(0, ref c, ref takenC, ref entry, table, mask);
            Write(0, ref d, ref takenD, ref entry, table, mask);
            Write(1, ref a, ref takenA, ref entry, table, mask);
            Write(1, ref b, ref takenB, ref entry, table, mask);
            Write(1, ref c, ref takenC, ref entry, table, mask);
            Write(1, ref d, ref takenD, ref entry, table, mask);
            Write(2, ref a, ref takenA, ref entry, table, mask);
            Write(2, ref b, ref takenB, ref entry, table, mask);
            Write(2, ref c, ref takenC, ref entry, table, mask);
            Write(2, ref d, ref takenD, ref entry, table, mask);
            Write(3, ref a, ref takenA, ref entry, table, mask);
            a.Take(takenA);
            Write(3, ref b, ref takenB, ref entry, table, mask);
            b.Take(takenB);
            Write(3, ref c, ref takenC, ref entry, table, mask);
            c.Take(takenC);
            Write(3, ref d, ref takenD, ref entry, table, mask);
            d.Take(takenD);
            a.Output += LookUps;
            b.Output += LookUps;
            c.Output += LookUps;
            d.Output += LookUps;
        }

        /// <param name="taken">The entries added up: the low byte is the bits they take, 4 x 12 at most.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(int i, ref Cursor cursor, ref uint taken, ref uint entry, uint* table, ulong mask)
        {
            entry = cursor.LookUp(table, mask);
            cursor.Output[i] = (byte)(entry >> 16);
            cursor.Shift(entry);
            taken += entry;
        }
    }

    /// <summary>One byte or two for each look-up; where there is one, the next is written over the second.</summary>
    private readonly struct DoubleStep : IStep
    {
        public static int MostBytes => 2 * LookUps;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Decode(ref Cursor a, ref Cursor b, ref Cursor c, ref Cursor d, uint* table, ulong mask)
        {
            for (var i = 0; i < LookUps; i++)
            {
                Write(ref a, table, mask);
                Write(ref b, table, mask);
                Write(ref c, table, mask);
                Write(ref d, table, mask);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(ref Cursor cursor, uint* table, ulong mask)
        {
            var entry = cursor.LookUp(table, mask);
            *(ushort*)cursor.Output = (ushort)(entry >> 16);
            cursor.Output += (byte)(entry >> 8);
            cursor.Shift(entry);
            cursor.Take(entry);
        }
    }

    /// <summary>Two bytes for each look-up, or an escape with two behind it.</summary>
    private readonly struct PairStep : IStep
    {
        public static int MostBytes => 2 * PairLookUps;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Decode(ref Cursor a, ref Cursor b, ref Cursor c, ref Cursor d, uint* table, ulong mask)
        {
            for (var i = 0; i < PairLookUps; i++)
            {
                uint entryA = a.LookUp(table, mask), entryB = b.LookUp(table, mask), entryC = c.LookUp(table, mask), entryD = d.LookUp(table, mask);
                a.Shift(entryA);
                b.Shift(entryB);
                c.Shift(entryC);
                d.Shift(entryD);
                // Escapes are rare: one branch for four.
                if (((entryA & entryB & entryC & entryD) & 0x100) == 0)
                {
                    a.Unescape(ref entryA);
                    b.Unescape(ref entryB);
                    c.Unescape(ref entryC);
                    d.Unescape(ref entryD);
                }
                Write(ref a, entryA);
                Write(ref b, entryB);
                Write(ref c, entryC);
                Write(ref d, entryD);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(ref Cursor cursor, uint entry)
        {
            *(ushort*)cursor.Output = (ushort)(entry >> 16);
            cursor.Output += 2;
            cursor.Take(entry);
        }
    }
}
