using Temoto.Tensors;

namespace Temoto.Packing;

/// <summary>A packed matrix [Rows, RowBytes], read where it lies.</summary>
internal sealed unsafe class PackedMatrix : EncodedRows
{
    public const int HeaderBytes = 16;

    private readonly byte* data;
    private readonly object owner;

    private PackedMatrix(byte* data, long length, object owner)
    {
        this.data = data;
        this.owner = owner;
        ByteLength = length;
    }

    public PackingMode Mode { get; private init; }

    public long Rows { get; private init; }

    public long RowBytes { get; private init; }

    /// <inheritdoc/>
    public override byte* Data => data;

    /// <inheritdoc/>
    public override long ByteLength { get; }

    /// <inheritdoc/>
    public override int BlockRows => 1;

    /// <summary>Checks everything that decoding relies on; the bytes are untrusted. Keeps <paramref name="owner"/> of the bytes alive.</summary>
    /// <param name="path">The file, for the error line.</param>
    /// <param name="name">The tensor, for the error line.</param>
    public static PackedMatrix Open(string path, string name, byte* data, long length, object owner)
    {
        var rows = length < HeaderBytes ? 0 : *(uint*)(data + 8);
        var rowBytes = length < HeaderBytes ? 0 : *(uint*)(data + 12);
        if (length < HeaderBytes || length - HeaderBytes != (long)rows * rowBytes)
            throw new InputException(path, name, $"{length} packed bytes", "a whole packed matrix", "download or pack the file again");
        return new PackedMatrix(data, length, owner) { Rows = rows, RowBytes = rowBytes };
    }

    /// <inheritdoc/>
    public override void DecodeRows(long start, long end, byte* destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Rows);
        var bytes = (end - start) * RowBytes;
        Buffer.MemoryCopy(data + HeaderBytes + start * RowBytes, destination, bytes, bytes);
        GC.KeepAlive(owner);
    }
}
