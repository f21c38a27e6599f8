namespace Temoto.Packing;

/// <summary>Writes what <see cref="PrefixDecoder"/> reads.</summary>
internal sealed unsafe class PrefixEncoder : ChunkEncoder
{
    private readonly int lanes;
    private readonly int sizeBytes;
    private readonly int chunkBytes;
    private readonly int mostChunkBits;

    /// <summary>By chunk: its code, escaped ones with their 16 bits, in the low half; its bits in the high half.</summary>
    private readonly ulong[] codes;

    /// <param name="lanes">1, 4, 8 or 16.</param>
    /// <param name="sizeBytes">Bytes of a lane's size: see <see cref="PrefixDecoder.SizeBytes"/>.</param>
    public PrefixEncoder(PrefixTable table, int lanes, int sizeBytes)
    {
        this.lanes = lanes;
        this.sizeBytes = sizeBytes;
        chunkBytes = table.ChunkBytes;
        Tables = table.Bytes;
        codes = new ulong[1 << 8 * chunkBytes];
        if (table.Escape is { } escape)
        {
            for (var chunk = 0; chunk < codes.Length; chunk++)
                codes[chunk] = (ulong)(escape.Length + PrefixTable.EscapedBits) << 32 | (uint)chunk << escape.Length | escape.Code;
            mostChunkBits = escape.Length + PrefixTable.EscapedBits;
        }
        for (var i = 0; i < table.Chunks.Length; i++)
        {
            codes[table.Chunks[i]] = (ulong)table.Lengths[i] << 32 | table.Codes[i];
            mostChunkBits = Math.Max(mostChunkBits, table.Lengths[i]);
        }
    }

    public override byte[] Tables { get; }

    public override long MostBytes(long chunks) => (chunks * mostChunkBits + 7) / 8 + lanes * (sizeBytes + 1L) + sizeof(ulong);

    public override long Encode(byte* source, long chunks, byte* destination)
    {
        var laneChunks = PrefixDecoder.LaneChunks(chunks, lanes);
        var output = destination + (lanes - 1) * sizeBytes;
        for (var lane = 0; lane < lanes; lane++)
        {
            var first = Math.Min(chunks, lane * laneChunks);
            var count = Math.Min(chunks, first + laneChunks) - first;
            var end = chunkBytes == 1 ? EncodeBytes(source + first, count, output) : EncodePairs((ushort*)(source + 2 * first), count, output);
            if (lane < lanes - 1)
            {
                var size = end - output;
                for (var i = 0; i < sizeBytes; i++)
                    destination[lane * sizeBytes + i] = (byte)(size >> 8 * i);
            }
            output = end;
        }
        return output - destination;
    }

    private byte* EncodeBytes(byte* source, long count, byte* output)
    {
        fixed (ulong* code = codes)
        {
            ulong pending = 0;
            var bits = 0;
            var end = source + count;
            // 7 bits left over and 4 x 12 fit one word.
            for (; source + 4 <= end; source += 4)
            {
                for (var i = 0; i < 4; i++)
                {
                    var item = code[source[i]];
                    pending |= (ulong)(uint)item << bits;
                    bits += (int)(item >> 32);
                }
                *(ulong*)output = pending;
                output += bits >> 3;
                pending >>= bits & ~7;
                bits &= 7;
            }
            for (; source < end; source++)
            {
                pending |= (ulong)(uint)code[*source] << bits;
                bits += (int)(code[*source] >> 32);
            }
            *(ulong*)output = pending;
            return output + (bits + 7 >> 3);
        }
    }

    private byte* EncodePairs(ushort* source, long count, byte* output)
    {
        fixed (ulong* code = codes)
        {
            ulong pending = 0;
            var bits = 0;
            for (long i = 0; i < count; i++)
            {
                var item = code[source[i]];
                pending |= (ulong)(uint)item << bits;
                bits += (int)(item >> 32);
                *(ulong*)output = pending;
                output += bits >> 3;
                pending >>= bits & ~7;
                bits &= 7;
            }
            *(ulong*)output = pending;
            return output + (bits + 7 >> 3);
        }
    }
}
