using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Evaluation.Seeded;

/// <summary>
/// A checkpoint of a named shape whose seeded random weights lie in memory in the type that is to be measured: no file, no tokenizer. Floats and blocks are
/// the numbers of <see cref="SeededWeights"/>, encoded; integers are drawn directly, uniform over their range, with scales that give them the same
/// standard deviation. Every matrix gets the type, embeddings and output head included; norms and biases are float32.
/// </summary>
internal static unsafe class SeededMemory
{
    /// <summary>Elements one thread makes at a time.</summary>
    private const int PieceElements = 1 << 16;

    /// <summary>Columns that share a scale of int4 weights: what <c>pack</c> chooses where nobody does.</summary>
    private const int Int4GroupSize = 64;

    /// <summary>Standard deviation of the integers 0 .. 15, sqrt((16^2 - 1) / 12), and of -128 .. 127.</summary>
    private const double NibbleDeviation = 4.6098, ByteDeviation = 73.9;

    /// <summary>Types of weights by name.</summary>
    public static IReadOnlyList<(string Name, DType Type)> WeightTypes { get; } =
        [("f16", DType.F16), ("bf16", DType.BF16), ("int8", DType.I8), ("int4", DType.I4), ("q8_0", DType.Q8_0), ("q4_0", DType.Q4_0)];

    /// <param name="name">What the checkpoint is called in reports and errors.</param>
    /// <param name="type">One of <see cref="WeightTypes"/>.</param>
    /// <exception cref="InputException">Rows that are no whole number of the type's blocks.</exception>
    public static Checkpoint Create(string name, ModelConfig config, DType type, ulong seed, CancellationToken cancellation)
    {
        var owned = new List<IDisposable>();
        try
        {
            var tensors = new Dictionary<string, Tensor>();
            var modelType = ModelTypes.Of(config);
            var fileShapes = modelType.FileTensors(config).ToDictionary(use => use.Name, use => use.Shape);
            foreach (var (tensorName, shape) in modelType.Build(config).Weights)
            {
                cancellation.ThrowIfCancellationRequested();
                var dtype = shape.Count == 1 ? DType.F32 : type;
                if (shape[^1] % dtype.BlockElements() != 0)
                    throw new InputException(name, tensorName, $"rows of {shape[^1]} weights", $"whole blocks of {dtype.BlockElements()} for {dtype}", "choose f16 or int8");
                tensors.Add(tensorName, NewTensor(tensorName, [.. shape], dtype, seed, SeededCheckpoint.Distribution(config, tensorName, [.. fileShapes.GetValueOrDefault(tensorName, shape)]), owned, cancellation));
            }
            return new Checkpoint(owned) { Path = name, Format = "seeded", Config = config, Tensors = tensors };
        }
        catch
        {
            foreach (var item in owned)
                item.Dispose();
            throw;
        }
    }

    /// <summary>One tensor: F32, or one of <see cref="WeightTypes"/> for a matrix in whole blocks.</summary>
    /// <param name="owned">Gets the buffers; the caller disposes them.</param>
    public static Tensor NewTensor(string name, long[] shape, DType dtype, ulong seed, (float Mean, double StandardDeviation) distribution, List<IDisposable> owned, CancellationToken cancellation)
    {
        var stream = SeededWeights.Stream(seed, name);
        return dtype is DType.I8 or DType.I4
            ? Integers(name, shape, dtype, stream, distribution.StandardDeviation, owned, cancellation)
            : Floats(name, shape, dtype, stream, distribution, owned, cancellation);
    }

    private static Tensor Floats(string name, long[] shape, DType dtype, ulong stream, (float Mean, double StandardDeviation) distribution, List<IDisposable> owned, CancellationToken cancellation)
    {
        var tensor = Allocate(name, dtype, shape, owned);
        var elements = tensor.ElementCount;
        var pieces = (elements + PieceElements - 1) / PieceElements;
        Parallel.For(0L, pieces, new ParallelOptions { CancellationToken = cancellation }, () => new float[PieceElements], (piece, _, values) =>
        {
            var first = piece * PieceElements;
            var count = (int)Math.Min(PieceElements, elements - first);
            SeededWeights.Fill(stream, first, distribution.Mean, distribution.StandardDeviation, values.AsSpan(0, count));
            fixed (float* source = values)
                Kernels.BlockEncoder.EncodeRow(dtype, source, tensor.Data + dtype.RowBytes(first), count);
            return values;
        }, _ => { });
        return tensor;
    }

    private static Tensor Integers(string name, long[] shape, DType dtype, ulong stream, double standardDeviation, List<IDisposable> owned, CancellationToken cancellation)
    {
        var nibbles = dtype == DType.I4;
        var groupSize = nibbles ? Int4GroupSize : (int)shape[1];
        var groups = (shape[1] + groupSize - 1) / groupSize;
        var scales = Allocate(name + TemotoFormat.ScalesSuffix, DType.F16, [shape[0], groups], owned);
        var zeros = nibbles ? Allocate(name + TemotoFormat.ZerosSuffix, DType.U8, [shape[0], (groups + 1) / 2], owned) : null;
        new Span<Half>(scales.Data, checked((int)scales.ElementCount)).Fill((Half)(standardDeviation / (nibbles ? NibbleDeviation : ByteDeviation)));
        // 7 and 8 in turn: the middle of 0 .. 15 is 7.5.
        if (zeros is not null)
            new Span<byte>(zeros.Data, checked((int)zeros.ByteLength)).Fill(0x87);
        var integers = Allocate(name, dtype, shape, owned);
        var words = integers.ByteLength / sizeof(ulong);
        Parallel.For(0L, (words + PieceElements - 1) / PieceElements, new ParallelOptions { CancellationToken = cancellation }, piece =>
        {
            var first = piece * PieceElements;
            SeededWeights.FillBits(stream, first, new Span<ulong>((ulong*)integers.Data + first, (int)Math.Min(PieceElements, words - first)));
        });
        return new Tensor(name, dtype, shape, integers.Data, integers.ByteLength, integers) { Scales = new GroupScales(dtype, groupSize, scales, zeros) };
    }

    private static Tensor Allocate(string name, DType dtype, long[] shape, List<IDisposable> owned)
    {
        var buffer = new NativeBuffer(new TensorEntry(name, dtype, shape).ByteLength);
        owned.Add(buffer);
        return new Tensor(name, dtype, shape, buffer.Data, buffer.ByteLength, buffer);
    }
}
