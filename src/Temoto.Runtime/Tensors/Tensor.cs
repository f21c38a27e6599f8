namespace Temoto.Tensors;

/// <summary>
/// A named, immutable, row-major view of bytes that somebody else owns (a <see cref="MappedFile"/> or a <see cref="NativeBuffer"/>).
/// The owner is kept alive by the reference held here; reading after the owner was disposed is a programming error.
/// </summary>
internal sealed unsafe class Tensor
{
    private readonly object owner;

    /// <summary>Creates a view; the caller has checked that the bytes lie inside the owner.</summary>
    public Tensor(string name, DType dtype, long[] shape, byte* data, long byteLength, object owner)
    {
        Name = name;
        DType = dtype;
        Shape = shape;
        Data = data;
        ByteLength = byteLength;
        this.owner = owner;
        if (byteLength != dtype.RowBytes(ElementCount))
            throw new ArgumentException($"{name}: {byteLength} bytes for {dtype} [{string.Join(", ", shape)}]", nameof(byteLength));
    }

    public string Name { get; }

    public DType DType { get; }

    /// <summary>Slowest dimension first, as in safetensors: a linear layer's weight is [out, in].</summary>
    public long[] Shape { get; }

    public byte* Data { get; }

    public long ByteLength { get; }

    public long ElementCount
    {
        get
        {
            long count = 1;
            foreach (var dimension in Shape)
                count = checked(count * dimension);
            return count;
        }
    }

    /// <summary>Rows of the tensor seen as a matrix [Rows, Columns]: every dimension but the last.</summary>
    public long Rows => Shape.Length < 2 ? 1 : ElementCount / Math.Max(1, Shape[^1]);

    /// <summary>The last dimension; 1 for a scalar.</summary>
    public long Columns => Shape.Length == 0 ? 1 : Shape[^1];

    /// <summary>Bytes of one row of the [Rows, Columns] view.</summary>
    public long RowBytes => DType.RowBytes(Columns);

    /// <summary>Start of a row of the [Rows, Columns] view.</summary>
    public byte* Row(long row) => Data + row * RowBytes;

    /// <summary>The bytes as a span; only for tensors below 2 GiB (norms, biases, tests).</summary>
    public ReadOnlySpan<byte> Bytes => new(Data, checked((int)ByteLength));

    /// <summary>The same bytes under another name (formats rename tensors to the names of the Hugging Face checkpoint).</summary>
    public Tensor Renamed(string name) => new(name, DType, Shape, Data, ByteLength, owner);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} [{string.Join(", ", Shape)}]";
}
