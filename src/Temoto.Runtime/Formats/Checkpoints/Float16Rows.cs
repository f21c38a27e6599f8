using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints;

/// <summary>The elements of a plain tensor as float16, piece by piece, for formats that keep everything but the quantized weights so.</summary>
internal static unsafe class Float16Rows
{
    /// <summary>6 MiB as float32 and float16 together.</summary>
    private const int PieceElements = 1 << 20;

    /// <summary>Finite values from here on round to infinity.</summary>
    private const float Overflow = 65520;

    public delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <param name="source">For error lines.</param>
    /// <param name="order">Which stored element of a vector is element i; null where they stay. Only for vectors.</param>
    public static void Write(string source, Tensor tensor, Func<long, long>? order, Sink sink)
    {
        if (tensor.Scales is not null || tensor.Encoded is not null || tensor.DType.BlockElements() != 1)
            throw new InputException(source, tensor.Name, $"quantized values ({tensor.DType})", "plain values, to be written as float16", "quantize again with --lm-head f16, from plain weights");
        if (tensor.DType == DType.F16 && order is null)
        {
            for (long offset = 0; offset < tensor.ByteLength; offset += PieceElements)
                sink(new ReadOnlySpan<byte>(tensor.Data + offset, (int)Math.Min(PieceElements, tensor.ByteLength - offset)));
            return;
        }
        if (order is not null && tensor.Shape.Length != 1)
            throw new ArgumentException($"{tensor} is no vector", nameof(order));
        var elements = tensor.ElementCount;
        var pieceElements = order is null ? Math.Min(PieceElements, elements) : elements;
        using var values = new NativeBuffer(pieceElements * sizeof(float));
        using var ordered = new NativeBuffer(order is null ? 0 : pieceElements * sizeof(float));
        using var halves = new NativeBuffer(pieceElements * sizeof(ushort));
        for (long first = 0; first < elements; first += pieceElements)
        {
            var count = Math.Min(pieceElements, elements - first);
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data + tensor.DType.RowBytes(first), values.Floats, count);
            var row = values.Floats;
            if (order is not null)
            {
                row = ordered.Floats;
                for (long i = 0; i < count; i++)
                    row[i] = values.Floats[order(i)];
            }
            for (long i = 0; i < count; i++)
            {
                if (MathF.Abs(row[i]) >= Overflow && float.IsFinite(row[i]))
                    throw new InputException(source, tensor.Name, $"the value {row[i]:G4}", $"values below {Overflow} in magnitude, which float16 can hold", "keep this model in another format");
            }
            BlockEncoder.EncodeRow(DType.F16, row, halves.Data, count);
            sink(new ReadOnlySpan<byte>(halves.Data, checked((int)(count * sizeof(ushort)))));
        }
    }
}
