using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Temoto.Packing;

/// <summary>
/// Decodes packets of IDs (MEADOW, arXiv 2503.11663). A packet starts, at its least significant bit, with the mode bits that name the width of its IDs; the IDs follow
/// without gaps, as many as fit; the last packet of a block is filled up with zeros. An ID is the row of its chunk in the Unique Matrix.
/// </summary>
internal sealed unsafe class PacketDecoder : ChunkDecoder
{
    public const int MostModeBits = 4;
    public const int LeastPacketBits = 64;
    public const int MostPacketBits = 1024;

    /// <summary>IDs are looked up in a table of 2^width rows, all of which exist: an ID beyond the Unique Matrix gives a chunk of zeros, never a foreign byte.</summary>
    public const int MostIdBits = 16;

    /// <summary>Up to this width four IDs lie in the 57 bits that one unaligned 64-bit read is sure to give.</summary>
    private const int QuadBits = 14;

    private readonly PackedSource errors;
    private readonly int chunkBytes;
    private readonly int modeBits;
    private readonly int packetBytes;
    private readonly byte[] widths;
    private readonly ushort[] counts;
    private readonly Array table;

    public PacketDecoder(PackedHeader header, ReadOnlySpan<byte> widths, ReadOnlySpan<byte> uniqueMatrix, PackedSource errors)
    {
        this.errors = errors;
        this.widths = widths.ToArray();
        chunkBytes = header.ChunkBytes;
        modeBits = header.Detail;
        packetBytes = header.Width / 8;
        counts = Array.ConvertAll(this.widths, width => (ushort)((header.Width - modeBits) / width));
        var rows = 1 << widths[^1];
        table = chunkBytes switch { 1 => new byte[rows], 2 => new ushort[rows], _ => new uint[rows] };
        for (var i = 0; i < uniqueMatrix.Length / chunkBytes; i++)
        {
            var chunk = uniqueMatrix.Slice(i * chunkBytes, chunkBytes);
            if (table is byte[] bytes)
                bytes[i] = chunk[0];
            else if (table is ushort[] pairs)
                pairs[i] = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
            else
                ((uint[])table)[i] = Chunk(chunk);
        }
    }

    public override void Decode(byte* source, byte* end, byte* readable, long chunks, byte* destination)
    {
        if (table is byte[] bytes)
        {
            fixed (byte* rows = bytes)
                Decode(source, end, chunks, destination, rows);
        }
        else if (table is ushort[] pairs)
        {
            fixed (ushort* rows = pairs)
                Decode(source, end, chunks, destination, rows);
        }
        else
        {
            fixed (uint* rows = (uint[])table)
                Decode(source, end, chunks, destination, rows);
        }
    }

    public override void DecodePlainly(byte* source, byte* end, long chunks, byte* destination)
    {
        for (var packet = source; chunks > 0; packet += packetBytes)
        {
            if (packet + packetBytes > end)
                throw errors.Bad("a block that ends before its last row", "packets for all rows");
            var mode = ReadBits(packet, 0, modeBits);
            var count = (int)Math.Min(counts[mode], chunks);
            for (var i = 0; i < count; i++)
            {
                var id = ReadBits(packet, modeBits + i * widths[mode], widths[mode]);
                Write(Row(id), chunkBytes, destination);
                destination += chunkBytes;
            }
            chunks -= count;
            source = packet + packetBytes;
        }
        if (source != end)
            throw errors.Bad("packets behind a block's last row", "a block that ends with its last row");
    }

    /// <summary>
    /// Reads 64 bits at a time, past the packet's end but never past the next packet's: so the last packet of a block is left to <see cref="DecodePlainly"/>, which
    /// also writes no more than the chunk itself (a chunk of three bytes is written as four here, and the next one goes over the fourth).
    /// </summary>
    private void Decode<TChunk>(byte* source, byte* end, long chunks, byte* destination, TChunk* rows)
        where TChunk : unmanaged
    {
        var stride = chunkBytes;
        var packet = source;
        var last = end - 2 * packetBytes;
        fixed (byte* widthOf = widths)
        fixed (ushort* countOf = counts)
        {
            var modeMask = (1UL << modeBits) - 1;
            while (packet <= last)
            {
                var mode = *(ulong*)packet & modeMask;
                int width = widthOf[mode];
                int count = countOf[mode];
                if (count >= chunks)
                    break;
                var mask = (1UL << width) - 1;
                var bit = (long)modeBits;
                var left = count;
                if (width <= QuadBits)
                {
                    for (; left >= 4; left -= 4)
                    {
                        var bits = *(ulong*)(packet + (bit >> 3)) >> (int)(bit & 7);
                        *(TChunk*)destination = rows[bits & mask];
                        *(TChunk*)(destination + stride) = rows[bits >> width & mask];
                        *(TChunk*)(destination + 2 * stride) = rows[bits >> 2 * width & mask];
                        *(TChunk*)(destination + 3 * stride) = rows[bits >> 3 * width & mask];
                        destination += 4 * stride;
                        bit += 4 * width;
                    }
                }
                for (; left > 0; left--)
                {
                    *(TChunk*)destination = rows[*(ulong*)(packet + (bit >> 3)) >> (int)(bit & 7) & mask];
                    destination += stride;
                    bit += width;
                }
                chunks -= count;
                packet += packetBytes;
            }
        }
        DecodePlainly(packet, end, chunks, destination);
    }

    private uint Row(uint id) => table is byte[] bytes ? bytes[id] : table is ushort[] pairs ? pairs[id] : ((uint[])table)[id];

    /// <summary>Bits [start, start + count) of a packet, the least significant bit of the first byte first.</summary>
    private static uint ReadBits(byte* packet, int start, int count)
    {
        uint value = 0;
        for (var i = 0; i < count; i++)
            value |= (uint)(packet[start + i >> 3] >> (start + i & 7) & 1) << i;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Chunk(ReadOnlySpan<byte> bytes)
    {
        uint chunk = 0;
        for (var i = 0; i < bytes.Length; i++)
            chunk |= (uint)bytes[i] << 8 * i;
        return chunk;
    }
}
