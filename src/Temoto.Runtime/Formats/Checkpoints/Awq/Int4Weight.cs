using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// An I4 weight [out, in] as the AWQ formats take it: float16 scales of whole groups, a zero point for each, outputs in tiles of eight. Symmetric weights get the
/// zero point 8 that their nibbles imply.
/// </summary>
internal sealed unsafe class Int4Weight : IDisposable
{
    private const string Next = "quantize with --weights int4 and one --group-size that divides every layer's inputs";

    private readonly Tensor tensor;
    private readonly GroupScales scales;
    private readonly Func<long, long>? order;

    /// <summary>Rows that lie encoded, decoded; else null.</summary>
    private readonly NativeBuffer? decoded;

    /// <summary>A row of zero points for weights that store none.</summary>
    private readonly NativeBuffer? symmetricZeros;

    /// <param name="source">For error lines.</param>
    /// <param name="order">Which stored row is row r; null where rows stay.</param>
    public Int4Weight(string source, Tensor tensor, int groupSize, Func<long, long>? order)
    {
        scales = Check(source, tensor, groupSize);
        this.tensor = tensor;
        this.order = order;
        Groups = Columns / groupSize;
        if (tensor.Encoded is not null)
        {
            decoded = new NativeBuffer(tensor.RowBytes * tensor.Rows);
            tensor.Encoded.DecodeRows(0, tensor.Rows, decoded.Data);
        }
        if (scales.Zeros is null)
        {
            symmetricZeros = new NativeBuffer((Groups + 1) / 2);
            new Span<byte>(symmetricZeros.Data, checked((int)symmetricZeros.ByteLength)).Fill(GroupScales.NibbleZero | GroupScales.NibbleZero << 4);
        }
    }

    public long Columns => tensor.Columns;

    public long Tiles => tensor.Rows / NibbleTile.Channels;

    public long Groups { get; }

    /// <summary>Pointers to the integers of the eight rows of a tile, from a column on (an even one).</summary>
    public void IntegerRows(long tile, long column, byte** rows)
    {
        for (var c = 0; c < NibbleTile.Channels; c++)
            rows[c] = (decoded is null ? tensor.Data : decoded.Data) + Stored(tile, c) * tensor.RowBytes + column / 2;
    }

    /// <summary>Pointers to the zero points of the eight rows of a tile.</summary>
    public void ZeroRows(long tile, byte** rows)
    {
        for (var c = 0; c < NibbleTile.Channels; c++)
            rows[c] = symmetricZeros is null ? scales.Zeros!.Row(Stored(tile, c)) : symmetricZeros.Data;
    }

    /// <summary>The float16 bits of a channel's scale.</summary>
    public ushort Scale(long tile, int channel, long group) => ((ushort*)scales.Scales.Data)[Stored(tile, channel) * Groups + group];

    public void Dispose()
    {
        decoded?.Dispose();
        symmetricZeros?.Dispose();
    }

    /// <summary>The scales of a weight that the AWQ formats can take; an <see cref="InputException"/> for any other.</summary>
    /// <param name="groupSize">Null allows any.</param>
    public static GroupScales Check(string source, Tensor tensor, int? groupSize)
    {
        if (tensor.DType != DType.I4 || tensor.Scales is not { } scales || tensor.Shape.Length != 2)
            throw new InputException(source, tensor.Name, TensorEntry.Describe(tensor.DType, tensor.Shape), "a matrix of 4-bit integers with group scales", Next);
        if (scales.Scales.DType != DType.F16 || scales.PerTensor)
            throw new InputException(source, tensor.Name, scales.PerTensor ? "one scale for the whole tensor" : $"{scales.Scales.DType} scales", "a float16 scale for each group", Next);
        if (tensor.Rows % NibbleTile.Channels != 0)
            throw new InputException(source, tensor.Name, $"{tensor.Rows} output channels", $"a multiple of {NibbleTile.Channels}", "keep this model in another format");
        if (tensor.Columns % scales.GroupSize != 0)
            throw new InputException(source, tensor.Name, $"{tensor.Columns} inputs in groups of {scales.GroupSize}", "whole groups", Next);
        return groupSize is null || scales.GroupSize == groupSize
            ? scales
            : throw new InputException(source, tensor.Name, $"groups of {scales.GroupSize}", $"groups of {groupSize}", Next);
    }

    private long Stored(long tile, int channel)
    {
        var row = tile * NibbleTile.Channels + channel;
        return order is null ? row : order(row);
    }
}
