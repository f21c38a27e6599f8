using Temoto.Packing;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Integers;

/// <summary>Random integer weights with scales, in memory of their own.</summary>
internal sealed unsafe class IntegerWeights : IDisposable
{
    private readonly List<NativeBuffer> buffers = [];

    public IntegerWeights(DType dtype, long rows, long columns, int groupSize, bool zeroPoints, bool perTensor, int seed)
    {
        var random = new Random(seed);
        var groups = (columns + groupSize - 1) / groupSize;
        var integers = NewTensor("w", dtype, rows, columns);
        random.NextBytes(new Span<byte>(integers.Data, (int)integers.ByteLength));
        var scales = perTensor ? NewTensor("w.scales", DType.F32, 1) : NewTensor("w.scales", DType.F16, rows, groups);
        for (var i = 0; i < scales.ElementCount; i++)
        {
            // Every third is a subnormal half, as the scales of small weights are.
            var scale = (0.001f + random.NextSingle() / 50) / (i % 3 == 2 ? 1024 : 1);
            if (perTensor)
                ((float*)scales.Data)[i] = scale;
            else
                ((Half*)scales.Data)[i] = (Half)scale;
        }
        Tensor? zeros = null;
        if (zeroPoints)
        {
            zeros = dtype == DType.I8 ? NewTensor("w.zeros", DType.I8, rows, groups) : NewTensor("w.zeros", DType.U8, rows, (groups + 1) / 2);
            random.NextBytes(new Span<byte>(zeros.Data, (int)zeros.ByteLength));
        }
        Scales = new GroupScales(dtype, groupSize, scales, zeros);
        Integers = integers;
        Tensor = new Tensor("w", dtype, [rows, columns], integers.Data, integers.ByteLength, integers) { Scales = Scales };
        Encoded = new Tensor("w", dtype, [rows, columns], new InvertedRows(Tensor, NewBuffer(integers.ByteLength), blockRows: 4)) { Scales = Scales };
        Sample = new EscapedSample((int)rows, (int)Tensor.RowBytes);
        Escaped = new Tensor("w", dtype, [rows, columns], Sample) { Scales = Scales };
    }

    /// <summary>Tells which rows were laid out plain.</summary>
    public EscapedSample Sample { get; }

    public Tensor Tensor { get; }

    /// <summary>The same weights, their rows behind an encoding.</summary>
    public Tensor Encoded { get; }

    /// <summary>Weights of the same kind in the escape code, rows of every width.</summary>
    public Tensor Escaped { get; }

    public GroupScales Scales { get; }

    private Tensor Integers { get; }

    public void Dispose()
    {
        Sample.Dispose();
        foreach (var buffer in buffers)
            buffer.Dispose();
    }

    /// <summary>The formula of <see cref="GroupScales"/> in float64, written out.</summary>
    public double Value(long row, long column)
    {
        var index = row * Tensor.Columns + column;
        var q = Tensor.DType == DType.I8 ? (sbyte)Integers.Data[index] : Integers.Data[index / 2] >> (int)(index % 2 * 4) & 15;
        var group = column / Scales.GroupSize;
        var groups = (Tensor.Columns + Scales.GroupSize - 1) / Scales.GroupSize;
        var zero = Tensor.DType == DType.I8 ? 0 : 8;
        if (Scales.Zeros is { } zeros)
            zero = Tensor.DType == DType.I8 ? ((sbyte*)zeros.Data)[row * groups + group] : zeros.Data[row * ((groups + 1) / 2) + group / 2] >> (int)(group % 2 * 4) & 15;
        double scale = Scales.PerTensor ? ((float*)Scales.Scales.Data)[0] : (float)((Half*)Scales.Scales.Data)[row * groups + group];
        return (q - zero) * scale;
    }

    private NativeBuffer NewBuffer(long bytes)
    {
        var buffer = new NativeBuffer(bytes);
        buffers.Add(buffer);
        return buffer;
    }

    private Tensor NewTensor(string name, DType dtype, params long[] shape)
    {
        var bytes = dtype.RowBytes(shape.Aggregate(1L, (product, dimension) => product * dimension));
        var buffer = NewBuffer(bytes);
        return new Tensor(name, dtype, shape, buffer.Data, bytes, buffer);
    }

    /// <summary>The simplest encoding: every bit inverted.</summary>
    private sealed class InvertedRows : EncodedRows
    {
        private readonly Tensor plain;
        private readonly NativeBuffer inverted; // the caller's

        public InvertedRows(Tensor plain, NativeBuffer inverted, int blockRows)
        {
            this.plain = plain;
            this.inverted = inverted;
            for (var i = 0; i < plain.ByteLength; i++)
                inverted.Data[i] = (byte)~plain.Data[i];
            BlockRows = blockRows;
        }

        public override byte* Data => inverted.Data;

        public override long ByteLength => inverted.ByteLength;

        public override int BlockRows { get; }

        public override void DecodeRows(long start, long end, byte* destination)
        {
            for (var i = start * plain.RowBytes; i < end * plain.RowBytes; i++)
                *destination++ = (byte)~inverted.Data[i];
        }
    }
}
