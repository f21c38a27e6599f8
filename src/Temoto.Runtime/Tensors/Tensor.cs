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

    /// <summary>A matrix whose rows lie encoded: it has no <see cref="Data"/>.</summary>
    public Tensor(string name, DType dtype, long[] shape, EncodedRows encoded)
    {
        Name = name;
        DType = dtype;
        Shape = shape;
        Encoded = encoded;
        owner = encoded;
    }

    public string Name { get; }

    public DType DType { get; }

    /// <summary>Slowest dimension first, as in safetensors: a linear layer's weight is [out, in].</summary>
    public long[] Shape { get; }

    /// <summary>Null where the rows are <see cref="Encoded"/>.</summary>
    public byte* Data { get; }

    /// <summary>Bytes at <see cref="Data"/>.</summary>
    public long ByteLength { get; }

    /// <summary>What integers stand for; null where the elements are the values.</summary>
    public GroupScales? Scales { get; init; }

    /// <summary>The rows in a shorter form, which takes the place of <see cref="Data"/>; null for plain rows.</summary>
    public EncodedRows? Encoded { get; }

    /// <summary>How the activations that meet this weight are rounded; null leaves them in float32.</summary>
    public InputGrid? InputGrid { get; init; }

    /// <summary>The file that the bytes are mapped from, of <see cref="Encoded"/> rows too; null for those in memory.</summary>
    public MappedFile? File => FileOf(owner);

    /// <summary>Everything the tensor takes: rows, plain or encoded, with scales and zero points.</summary>
    public long StoredBytes => (Encoded?.ByteLength ?? ByteLength) + (Scales?.ByteLength ?? 0);

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

    /// <summary>Where rows [start, end) lie plain, one after the other: in the tensor itself, or decoded into <paramref name="scratch"/>.</summary>
    public byte* PlainRows(long start, long end, byte* scratch)
    {
        if (Encoded is null)
            return Row(start);
        Encoded.DecodeRows(start, end, scratch);
        return scratch;
    }

    /// <summary>The bytes as a span; only for tensors below 2 GiB (norms, biases, tests).</summary>
    public ReadOnlySpan<byte> Bytes => new(Data, checked((int)ByteLength));

    /// <summary>Maps the bytes' pages at once, where they lie in a file and the system can: no page fault meets who reads them afterwards.</summary>
    public void MapPages()
    {
        if (File is not null && Encoded is null)
            MappedFile.MapPages(Data, ByteLength);
    }

    /// <summary>Gives the bytes' pages back, where they lie in a file: who reads them again has them read in again.</summary>
    public void ReleasePages()
    {
        if (File is not null && Encoded is null)
            MappedFile.ReleasePages(Data, ByteLength);
    }

    /// <summary>The same bytes under another name (formats rename tensors to the names of the Hugging Face checkpoint).</summary>
    public Tensor Renamed(string name) => Encoded is null
        ? new(name, DType, Shape, Data, ByteLength, owner) { Scales = Scales, InputGrid = InputGrid }
        : new(name, DType, Shape, Encoded) { Scales = Scales, InputGrid = InputGrid };

    /// <summary>The same tensor with its bytes, or its <see cref="Encoded"/> rows, at another place.</summary>
    public Tensor At(byte* data, object newOwner, GroupScales? scales) => Encoded is null
        ? new(Name, DType, Shape, data, ByteLength, newOwner) { Scales = scales, InputGrid = InputGrid }
        : new(Name, DType, Shape, Encoded.At(data, newOwner)) { Scales = scales, InputGrid = InputGrid };

    /// <summary>The same integers with their scales at another place.</summary>
    public Tensor With(GroupScales? scales) => Encoded is null
        ? new(Name, DType, Shape, Data, ByteLength, owner) { Scales = scales, InputGrid = InputGrid }
        : new(Name, DType, Shape, Encoded) { Scales = scales, InputGrid = InputGrid };

    /// <summary>The file behind an owner of bytes, which may be a tensor or rows that are owned in turn.</summary>
    public static MappedFile? FileOf(object? owner) => owner switch
    {
        MappedFile file => file,
        Tensor tensor => tensor.File,
        EncodedRows rows => FileOf(rows.Owner),
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} [{string.Join(", ", Shape)}]";
}
