using System.Buffers.Binary;
using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>
/// The first 16 bytes of a packed matrix, and what follows from them. Behind the header lie the tables of the mode, the ends of all blocks but the last
/// (uint32, from the start of the first block), and the blocks.
/// </summary>
/// <param name="Mode">How blocks are coded; never <see cref="PackingMode.Auto"/>.</param>
/// <param name="ChunkBytes">Bytes of a chunk.</param>
/// <param name="Detail">Modes with IDs: the mode bits of a packet. Entropy: a <see cref="PrefixTableKind"/>. Escape: 0.</param>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="RowBytes">Bytes of a plain row.</param>
/// <param name="BlockRows">Rows that are decoded together.</param>
/// <param name="Width">Modes with IDs: bits of a packet. Entropy: lanes of a block. Escape: 0.</param>
internal readonly record struct PackedHeader(PackingMode Mode, int ChunkBytes, int Detail, long Rows, long RowBytes, int BlockRows, int Width)
{
    public const int Bytes = 16;
    public const int Version = 1;

    /// <summary>Wider than any model's rows; keeps every size inside a block below 2^31.</summary>
    public const long MostRowBytes = 1 << 26;

    public const int MostBlockRows = ushort.MaxValue;

    /// <summary>A block of several rows is at most this large, so that decoding a part of one stays cheap.</summary>
    public const long MostBlockBytes = 1 << 20;

    /// <summary>Blocks of modes with IDs start at multiples of this: one beat of a 128-bit port.</summary>
    public const int PacketAlignment = 16;

    /// <summary>Chunks of a row; the last one may be short and is filled up with zeros.</summary>
    public long RowChunks => (RowBytes + ChunkBytes - 1) / ChunkBytes;

    /// <summary>Bytes of a row whose last chunk has been filled up.</summary>
    public long PaddedRowBytes => RowChunks * ChunkBytes;

    /// <summary>Zeros behind the last block, so that a reader of rows in the escape code may read ahead without looking.</summary>
    public long TailBytes => Mode == PackingMode.Escape ? RowBytes + EscapedRows.ReadAheadBytes : 0;

    /// <summary>Whether blocks start at a multiple of <see cref="PacketAlignment"/>.</summary>
    public bool AlignsBlocks => Mode is PackingMode.Naive or PackingMode.Packet or PackingMode.Frequency;

    /// <summary>Bytes in and behind the blocks that hold no chunk.</summary>
    public long OtherBytes => Mode switch
    {
        PackingMode.Entropy => Blocks * (Width - 1) * PrefixDecoder.SizeBytes(this),
        PackingMode.Escape => EscapedBlocks.HeadBytes(this, Rows) + (Blocks - 1) * sizeof(uint) + TailBytes,
        _ => 0,
    };

    public long Blocks => (Rows + BlockRows - 1) / BlockRows;

    public long RowsOfBlock(long block) => Math.Min(BlockRows, Rows - block * BlockRows);

    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Mode;
        destination[2] = (byte)ChunkBytes;
        destination[3] = (byte)Detail;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], checked((uint)Rows));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], checked((uint)RowBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[12..], checked((ushort)BlockRows));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[14..], checked((ushort)Width));
    }

    /// <summary>Reads the fields; <see cref="PackedMatrix"/> checks those of each mode.</summary>
    public static PackedHeader Read(ReadOnlySpan<byte> source, PackedSource errors)
    {
        if (source.Length < Bytes)
            throw errors.Bad($"{source.Length} bytes", $"a header of {Bytes}");
        if (source[0] != Version)
            throw new InputException(errors.Path, errors.Name, $"packing version {source[0]}", $"{Version}", "use a newer Temoto, or pack the model again");
        var header = new PackedHeader(
            (PackingMode)source[1],
            source[2],
            source[3],
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[12..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[14..]));
        if (header.Mode > PackingMode.Escape)
            throw errors.Bad($"packing mode {source[1]}", "0 to 5");
        if (header.ChunkBytes is < 1 or > 4)
            throw errors.Bad($"chunks of {header.ChunkBytes} bytes", "1 to 4");
        if (header.RowBytes > MostRowBytes || header.BlockRows < 1 || header.BlockRows > 1 && header.BlockRows * header.PaddedRowBytes > MostBlockBytes)
            throw errors.Bad($"blocks of {header.BlockRows} rows of {header.RowBytes} bytes", $"rows of up to {MostRowBytes} bytes, and blocks of several rows of up to {MostBlockBytes}");
        return header;
    }
}
