using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>
/// Blocks of rows in the escape code (<see cref="EscapeCode"/>): uint32 bytes of escapes; for each row its head, which says how wide its IDs are and how many escapes it has; the escapes of all
/// rows; the IDs of all rows, each row's starting at a byte. <see cref="EscapeEncoder"/> writes them.
/// </summary>
internal sealed unsafe class EscapedBlocks : EscapedRows
{
    /// <summary>Bits of a head that hold the width less one; the others hold the number of escapes.</summary>
    private const int WidthBits = 3;

    private readonly PackedHeader header;
    private readonly byte* ends;
    private readonly byte* blocks;
    private readonly long blocksBytes;
    private readonly PackedSource errors;

    /// <summary>Pinned: kernels have its address.</summary>
    private readonly byte[] shuffles = GC.AllocateUninitializedArray<byte>(EscapeCode.AllShuffleBytes, pinned: true);

    /// <summary>Bytes by ID, in the file.</summary>
    private readonly byte* table;

    /// <param name="ends">Where blocks end, but for the last.</param>
    /// <param name="blocks">The first block.</param>
    /// <param name="blocksBytes">Of all blocks, without what follows the last (<see cref="PackedHeader.TailBytes"/>).</param>
    public EscapedBlocks(PackedHeader header, byte* table, byte* ends, byte* blocks, long blocksBytes, PackedSource errors)
    {
        this.header = header;
        this.table = table;
        this.ends = ends;
        this.blocks = blocks;
        this.blocksBytes = blocksBytes;
        this.errors = errors;
        Shuffles = (byte*)Unsafe.AsPointer(ref shuffles[0]);
        EscapeCode.WriteShuffles(table, Shuffles);
    }

    /// <inheritdoc/>
    public override byte* Shuffles { get; }

    /// <inheritdoc/>
    public override long RowBytes => header.RowBytes;

    /// <inheritdoc/>
    /// <remarks>From the block in the middle.</remarks>
    public override double EscapeShare
    {
        get
        {
            var first = header.Blocks / 2 * header.BlockRows;
            var count = (int)Math.Min(MostLocated, Math.Min(header.BlockRows, header.Rows - first));
            var rows = stackalloc EscapedRow[count];
            Locate(first, first + count, rows);
            var escaped = 0;
            for (var row = 0; row < count; row++)
                escaped += rows[row].Escapes == rows[row].EscapesEnd ? 0 : 1;
            return (double)escaped / count;
        }
    }

    /// <summary>Bytes of a block that hold no ID and no escape.</summary>
    public static long HeadBytes(PackedHeader header, long rows) => sizeof(uint) + rows * RowHeadBytes(header);

    /// <summary>Two bytes where the number of escapes fits.</summary>
    public static int RowHeadBytes(PackedHeader header) => header.RowBytes < 1 << 16 - WidthBits ? 2 : 4;

    public static uint RowHead(int width, long escapes) => (uint)(width - 1) | (uint)escapes << WidthBits;

    /// <inheritdoc/>
    public override void Locate(long start, long end, EscapedRow* rows)
    {
        while (start < end)
        {
            var block = start / header.BlockRows;
            var first = block * header.BlockRows;
            var last = Math.Min(first + header.BlockRows, end);
            Locate(block, start - first, last - first, rows);
            rows += last - start;
            start = last;
        }
    }

    /// <inheritdoc/>
    public override void ThrowDamaged() => throw errors.Bad("a row whose escapes are not as many as its head says", "IDs and escapes that go together");

    /// <param name="plainly">Follows the specification, one byte at a time.</param>
    public void DecodeRows(long start, long end, byte* destination, bool plainly)
    {
        var rows = stackalloc EscapedRow[MostLocated];
        var shuffle = !plainly && EscapeShuffle.IsUsable;
        while (start < end)
        {
            // Block by block, as far as there is room, so that each is looked through once.
            var step = Math.Min(MostLocated, header.BlockRows);
            var until = Math.Min(end, (start / step + 1) * step);
            Locate(start, until, rows);
            for (var row = rows; start < until; start++, row++, destination += RowBytes)
            {
                if (!(shuffle ? EscapeShuffle.Decode(*row, this, destination) : EscapeCode.Decode(*row, RowBytes, table, destination)))
                    ThrowDamaged();
            }
        }
    }

    /// <summary>The wanted rows of a block, all of whose heads are checked: together they are the block.</summary>
    private void Locate(long block, long start, long end, EscapedRow* wanted)
    {
        var from = blocks + (block == 0 ? 0 : BlockEnd(block - 1));
        var bytes = blocks + (block == header.Blocks - 1 ? blocksBytes : BlockEnd(block)) - from;
        var count = header.RowsOfBlock(block);
        var heads = HeadBytes(header, count);
        long escapeBytes = bytes < heads ? long.MaxValue : *(uint*)from;
        if (escapeBytes > bytes - heads)
            throw errors.Bad("a block that ends before its last row", "heads and escapes of all rows");
        var head = from + sizeof(uint);
        var escapes = from + heads;
        var ids = escapes + escapeBytes;
        long escapesLeft = escapeBytes, idsLeft = bytes - heads - escapeBytes;
        var wide = RowHeadBytes(header) == 4;
        for (long row = 0; row < count; row++)
        {
            var value = wide ? ((uint*)head)[row] : ((ushort*)head)[row];
            var width = (int)(value & (1 << WidthBits) - 1) + 1;
            long rowEscapes = value >> WidthBits;
            var rowIds = EscapeCode.IdBytes(RowBytes, width);
            if (rowEscapes > escapesLeft || rowIds > idsLeft || rowEscapes > (width == EscapeCode.PlainWidth ? 0 : RowBytes))
                throw errors.Bad($"row {block * header.BlockRows + row} with {rowEscapes} escapes and IDs of {width} bits", "rows that fill their block");
            if (row >= start && row < end)
                *wanted++ = new EscapedRow { Ids = ids, Escapes = escapes, EscapesEnd = escapes + rowEscapes, Width = width };
            escapes += rowEscapes;
            ids += rowIds;
            escapesLeft -= rowEscapes;
            idsLeft -= rowIds;
        }
        if (escapesLeft != 0 || idsLeft != 0)
            throw errors.Bad("a block that goes on behind its last row", "a block that ends with its last row");
    }

    private uint BlockEnd(long block) => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(ends + block * sizeof(uint), sizeof(uint)));
}
