using System.Buffers.Binary;
using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>A packed matrix [Rows, RowBytes], decoded from where it lies. <see cref="PackingEncoder"/> writes it.</summary>
internal sealed unsafe class PackedMatrix : EncodedRows
{
    /// <summary>The block that a thread decoded last where a caller wanted a part of one: rows that are asked for one by one cost one decoding per block.</summary>
    [ThreadStatic]
    private static NativeBuffer? scratch;

    /// <summary>The matrix and block that <see cref="scratch"/> holds. A number, so that no thread keeps a matrix alive.</summary>
    [ThreadStatic]
    private static (long Identity, long Block) held;

    private static long lastIdentity;

    private readonly long identity = Interlocked.Increment(ref lastIdentity);
    private readonly byte* data;
    private readonly PackedHeader header;
    private readonly PackedSource errors;

    /// <summary>Null for plain rows, and for those in the escape code.</summary>
    private readonly ChunkDecoder? decoder;

    /// <summary>Null for other modes.</summary>
    private readonly EscapedBlocks? escaped;

    private readonly byte* ends;
    private readonly byte* blocks;
    private readonly long blocksBytes;

    private PackedMatrix(PackedSource errors, byte* data, long length, object owner)
    {
        this.errors = errors;
        this.data = data;
        Owner = owner;
        ByteLength = length;
        header = PackedHeader.Read(Tail(0), errors);
        blocks = data + PackedHeader.Bytes;
        if (header.Mode == PackingMode.None)
        {
            if (length - PackedHeader.Bytes != header.Rows * header.RowBytes)
                throw errors.Bad($"{length - PackedHeader.Bytes} bytes of rows", $"{header.Rows} x {header.RowBytes}");
            return;
        }
        if (header.Rows == 0 || header.RowBytes == 0)
            throw errors.Bad($"{header.Rows} packed rows of {header.RowBytes} bytes", "at least one of each");
        long tableEnd;
        if (header.Mode == PackingMode.Escape)
            tableEnd = OpenEscapes();
        else
            decoder = header.Mode == PackingMode.Entropy ? OpenEntropy(out tableEnd) : OpenPackets(out tableEnd);

        ends = data + tableEnd;
        var blocksStart = tableEnd + (header.Blocks - 1) * sizeof(uint);
        if (header.AlignsBlocks)
            blocksStart = (blocksStart + PackedHeader.PacketAlignment - 1) / PackedHeader.PacketAlignment * PackedHeader.PacketAlignment;
        if (blocksStart + header.TailBytes > length)
            throw errors.Bad($"{length} bytes", $"at least {blocksStart + header.TailBytes} for {header.Blocks} blocks");
        blocks = data + blocksStart;
        blocksBytes = length - blocksStart - header.TailBytes;
        TableBytes = blocksStart + header.OtherBytes;
        for (long block = 0, last = 0; block < header.Blocks; block++)
        {
            var end = BlockEnd(block);
            if (end < last || end > blocksBytes)
                throw errors.Bad($"block {block} that ends at {end}", $"an end from {last} to {blocksBytes}");
            last = end;
        }
        if (header.Mode == PackingMode.Escape)
            escaped = new EscapedBlocks(header, data + PackedHeader.Bytes, ends, blocks, blocksBytes, errors);
    }

    /// <summary>How the rows are coded.</summary>
    public PackingMode Mode => header.Mode;

    public int ChunkBytes => header.ChunkBytes;

    /// <summary>Entries of the Unique Matrix, or chunks with a code of their own; 0 for plain rows.</summary>
    public int TableChunks { get; private set; }

    /// <summary>Bytes that hold no chunk: header, tables, ends of blocks, sizes of lanes.</summary>
    public long TableBytes { get; } = PackedHeader.Bytes;

    public long Rows => header.Rows;

    public long RowBytes => header.RowBytes;

    /// <inheritdoc/>
    public override byte* Data => data;

    /// <inheritdoc/>
    public override object Owner { get; }

    /// <inheritdoc/>
    public override long ByteLength { get; }

    /// <inheritdoc/>
    public override int BlockRows => header.BlockRows;

    /// <inheritdoc/>
    public override EscapedRows? Escaped => escaped;

    /// <summary>
    /// Checks everything that decoding relies on; the bytes are untrusted, and decoding never reads outside them or writes outside its destination whatever they are. Keeps
    /// <paramref name="owner"/> of the bytes alive. Whether shape and values are the right ones is for the file's shape and checksum to say.
    /// </summary>
    /// <param name="path">The file, for the error line.</param>
    /// <param name="name">The tensor, for the error line.</param>
    public static PackedMatrix Open(string path, string name, byte* data, long length, object owner) => new(new PackedSource(path, name), data, length, owner);

    /// <inheritdoc/>
    public override EncodedRows At(byte* data, object owner) => new PackedMatrix(errors, data, ByteLength, owner);

    /// <inheritdoc/>
    public override void DecodeRows(long start, long end, byte* destination) => DecodeRows(start, end, destination, plainly: false);

    /// <summary>As <see cref="DecodeRows(long, long, byte*)"/>; <paramref name="plainly"/> follows the specification, one chunk at a time.</summary>
    public void DecodeRows(long start, long end, byte* destination, bool plainly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, end);
        if (escaped is not null)
        {
            escaped.DecodeRows(start, end, destination, plainly);
            GC.KeepAlive(Owner);
            return;
        }
        if (decoder is null)
        {
            var bytes = (end - start) * RowBytes;
            Buffer.MemoryCopy(blocks + start * RowBytes, destination, bytes, bytes);
            GC.KeepAlive(Owner);
            return;
        }
        var padded = header.PaddedRowBytes;
        while (start < end)
        {
            var block = start / BlockRows;
            var first = block * BlockRows;
            var blockRows = header.RowsOfBlock(block);
            var rows = Math.Min(first + blockRows, end) - start;
            if (rows == blockRows && padded == RowBytes)
            {
                DecodeBlock(block, blockRows, destination, plainly);
            }
            else
            {
                var room = DecodeAside(block, blockRows, plainly);
                for (long row = 0; row < rows; row++)
                    Buffer.MemoryCopy(room + (start - first + row) * padded, destination + row * RowBytes, RowBytes, RowBytes);
            }
            start += rows;
            destination += rows * RowBytes;
        }
        GC.KeepAlive(Owner);
    }

    private void DecodeBlock(long block, long rows, byte* destination, bool plainly)
    {
        var from = blocks + (block == 0 ? 0 : BlockEnd(block - 1));
        var to = blocks + BlockEnd(block);
        if (plainly)
            decoder!.DecodePlainly(from, to, rows * header.RowChunks, destination);
        else
            decoder!.Decode(from, to, data + ByteLength, rows * header.RowChunks, destination);
    }

    private long BlockEnd(long block) => block == header.Blocks - 1 ? blocksBytes : BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(ends + block * sizeof(uint), sizeof(uint)));

    private byte* DecodeAside(long block, long rows, bool plainly)
    {
        if (held == (identity, block) && !plainly)
            return scratch!.Data;
        // Until the block is whole, the scratch holds none; identities begin at 1.
        held = default;
        var bytes = rows * header.PaddedRowBytes;
        if (scratch is null || scratch.ByteLength < bytes)
        {
            scratch?.Dispose();
            scratch = new NativeBuffer(bytes);
        }
        DecodeBlock(block, rows, scratch.Data, plainly);
        held = plainly ? default : (identity, block);
        return scratch.Data;
    }

    /// <summary>At most 2^20 bytes from an offset on: more than any table takes.</summary>
    private ReadOnlySpan<byte> Tail(long offset) => new(data + offset, (int)Math.Clamp(ByteLength - offset, 0, 1 << 20));

    private long OpenEscapes()
    {
        if (header.Detail != 0)
            throw errors.Bad($"detail {header.Detail}", "0 with escapes");
        if (header.ChunkBytes != 1)
            throw errors.Bad($"chunks of {header.ChunkBytes} bytes", "1 with escapes");
        if (header.Width != 0)
            throw errors.Bad($"width {header.Width}", "0, since every row has its own");
        if (Tail(PackedHeader.Bytes).Length < EscapeCode.TableBytes)
            throw errors.Bad("a stream that ends inside its table", $"{EscapeCode.TableBytes} bytes");
        TableChunks = EscapeCode.TableBytes;
        return PackedHeader.Bytes + EscapeCode.TableBytes;
    }

    private PrefixDecoder OpenEntropy(out long tableEnd)
    {
        var kind = (PrefixTableKind)header.Detail;
        if (kind > PrefixTableKind.Pairs)
            throw errors.Bad($"code table kind {header.Detail}", "0 to 2");
        if (header.Width is not (1 or 4 or 8 or 16))
            throw errors.Bad($"{header.Width} lanes", "1, 4, 8 or 16");
        var table = PrefixTable.Read(kind, Tail(PackedHeader.Bytes), errors);
        if (header.ChunkBytes != table.ChunkBytes)
            throw errors.Bad($"chunks of {header.ChunkBytes} bytes", $"{table.ChunkBytes} for code table kind {header.Detail}");
        tableEnd = PackedHeader.Bytes + table.Bytes.Length;
        TableChunks = table.Chunks.Length;
        return new PrefixDecoder(header, table, errors);
    }

    private PacketDecoder OpenPackets(out long tableEnd)
    {
        if (header.Detail > PacketDecoder.MostModeBits || header.Mode == PackingMode.Naive && header.Detail != 0)
            throw errors.Bad($"{header.Detail} mode bits", header.Mode == PackingMode.Naive ? "none" : $"0 to {PacketDecoder.MostModeBits}");
        if (header.Width % 64 != 0 || header.Width is < PacketDecoder.LeastPacketBits or > PacketDecoder.MostPacketBits)
            throw errors.Bad($"packets of {header.Width} bits", $"a multiple of 64, {PacketDecoder.LeastPacketBits} to {PacketDecoder.MostPacketBits}");
        var widthCount = 1 << header.Detail;
        var tables = Tail(PackedHeader.Bytes);
        if (tables.Length < sizeof(uint) + widthCount)
            throw errors.Bad("a stream that ends before its widths", $"{widthCount} of them");
        var uniques = BinaryPrimitives.ReadUInt32LittleEndian(tables);
        var widths = tables.Slice(sizeof(uint), widthCount);
        for (var i = 0; i < widthCount; i++)
        {
            if (widths[i] is < 1 or > PacketDecoder.MostIdBits || i > 0 && widths[i] < widths[i - 1])
                throw errors.Bad($"a packet width of {widths[i]} bits", $"ascending widths from 1 to {PacketDecoder.MostIdBits}");
        }
        if (uniques < 1 || uniques > 1u << widths[^1])
            throw errors.Bad($"{uniques} unique chunks", $"1 to {1 << widths[^1]} for IDs of {widths[^1]} bits");
        var matrix = tables[(sizeof(uint) + widthCount)..];
        var matrixBytes = (int)uniques * header.ChunkBytes;
        if (matrix.Length < matrixBytes)
            throw errors.Bad("a stream that ends inside its Unique Matrix", $"{uniques} chunks of {header.ChunkBytes} bytes");
        tableEnd = PackedHeader.Bytes + sizeof(uint) + widthCount + matrixBytes;
        TableChunks = (int)uniques;
        return new PacketDecoder(header, widths, matrix[..matrixBytes], errors);
    }
}
