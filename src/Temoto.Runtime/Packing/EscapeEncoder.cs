using System.Numerics;

namespace Temoto.Packing;

/// <summary>Writes what <see cref="EscapedBlocks"/> reads: each row with the width that makes it shortest.</summary>
internal sealed unsafe class EscapeEncoder : ChunkEncoder
{
    private readonly PackedHeader header;

    /// <summary>By byte: its ID, 0 where it has none.</summary>
    private readonly byte[] ids = new byte[256];

    /// <summary>The byte of ID 0.</summary>
    private readonly byte zero;

    /// <param name="histogram">Of single bytes.</param>
    public EscapeEncoder(PackedHeader header, ChunkHistogram histogram)
    {
        this.header = header;
        Tables = new byte[EscapeCode.TableBytes];
        var bytes = histogram.Items().OrderByDescending(item => item.Count).ThenBy(item => item.Chunk).Select(item => (byte)item.Chunk).Take(EscapeCode.TableBytes).ToArray();
        // ID 0 goes to the last: where there are escapes it cannot be used, and where there are none it makes 2^n bytes fit n bits.
        zero = Tables[0] = bytes[^1];
        for (var id = 1; id < bytes.Length; id++)
        {
            Tables[id] = bytes[id - 1];
            ids[bytes[id - 1]] = (byte)id;
        }
    }

    public override byte[] Tables { get; }

    /// <summary>Whole bytes are never longer than IDs, and a row of them has no escapes.</summary>
    public override long MostBytes(long chunks) => EscapedBlocks.HeadBytes(header, chunks / header.RowBytes) + chunks;

    public override long Encode(byte* source, long chunks, byte* destination)
    {
        var rows = chunks / header.RowBytes;
        var head = destination + sizeof(uint);
        var escapes = destination + EscapedBlocks.HeadBytes(header, rows);
        var firstEscape = escapes;
        var widths = new byte[rows];
        var escaped = new bool[rows];
        for (long row = 0; row < rows; row++)
        {
            var (width, count) = Choose(source + row * header.RowBytes);
            widths[row] = (byte)width;
            escaped[row] = count > 0;
            var value = EscapedBlocks.RowHead(width, count);
            if (EscapedBlocks.RowHeadBytes(header) == 2)
                ((ushort*)head)[row] = (ushort)value;
            else
                ((uint*)head)[row] = value;
            escapes += count;
        }
        *(uint*)destination = (uint)(escapes - firstEscape);
        var output = escapes;
        escapes = firstEscape;
        for (long row = 0; row < rows; row++)
        {
            escapes += EscapeCode.Encode(source + row * header.RowBytes, header.RowBytes, widths[row], ids, escaped[row], output, escapes);
            output += EscapeCode.IdBytes(header.RowBytes, widths[row]);
        }
        return output - destination;
    }

    private (int Width, long Escapes) Choose(byte* row)
    {
        // By bits that an ID needs, the byte of ID 0 first, those without an ID last.
        var counts = stackalloc long[EscapeCode.PlainWidth + 1];
        new Span<long>(counts, EscapeCode.PlainWidth + 1).Clear();
        for (long i = 0; i < header.RowBytes; i++)
        {
            int id = ids[row[i]];
            counts[id > 0 ? BitOperations.Log2((uint)id) + 1 : row[i] == zero ? 0 : EscapeCode.PlainWidth]++;
        }
        var (best, bestEscapes, bestBytes) = (EscapeCode.PlainWidth, 0L, header.RowBytes);
        var wider = 0L;
        for (var width = EscapeCode.MostIdBits; width >= 1; width--)
        {
            wider += counts[width + 1];
            var escapes = wider == 0 ? 0 : wider + counts[0];
            var bytes = EscapeCode.IdBytes(header.RowBytes, width) + escapes;
            // A row without escapes is multiplied half as fast again: worth a sixteenth.
            if (escapes == 0 ? bytes < bestBytes : bytes < bestBytes - (bestEscapes == 0 ? header.RowBytes / 16 : 0))
                (best, bestEscapes, bestBytes) = (width, escapes, bytes);
        }
        return (best, bestEscapes);
    }
}
