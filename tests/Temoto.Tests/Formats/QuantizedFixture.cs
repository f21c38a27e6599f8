using System.Runtime.InteropServices;
using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;

namespace Temoto.Tests.Formats;

/// <summary>Seeded I4 tensors and models made of them, and the plainest way to say what they stand for.</summary>
internal static unsafe class QuantizedFixture
{
    /// <summary>A model whose projections are random I4 tensors; everything else is as a seeded checkpoint has it.</summary>
    public static Checkpoint Model(ModelConfig config, int groupSize, int seed, bool symmetric = false, DType plain = DType.F16)
    {
        var random = new Random(seed);
        var owned = new List<IDisposable>();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in ModelTypes.Of(config).Build(config).Weights)
        {
            var (mean, deviation) = SeededCheckpoint.Distribution(config, name, [.. shape]);
            tensors.Add(name, AutoAwqFormat.IsLayerLinear(name)
                ? Weight(name, shape[0], shape[1], groupSize, random, symmetric, deviation, owned)
                : Plain(name, [.. shape], plain, mean, deviation, owned));
        }
        return new Checkpoint(owned) { Path = "fixture", Format = "fixture", Config = config, Tensors = tensors };
    }

    /// <summary>Uniform integers and zero points; scales round the size that gives the weights the deviation.</summary>
    public static Tensor Weight(string name, long rows, long columns, int groupSize, Random random, bool symmetric, double deviation, List<IDisposable> owned)
    {
        var groups = (columns + groupSize - 1) / groupSize;
        var integers = new byte[rows * columns / 2];
        random.NextBytes(integers);
        var zeros = new byte[rows * ((groups + 1) / 2)];
        random.NextBytes(zeros);
        for (long row = 0; row < rows && groups % 2 != 0; row++)
            zeros[(row + 1) * ((groups + 1) / 2) - 1] &= 0x0F;
        // Uniform 0 .. 15 spread by 4.6 round the zero point.
        var scales = Enumerable.Range(0, (int)(rows * groups)).Select(_ => (Half)(deviation / 4.6 * (0.5 + random.NextDouble()))).ToArray();
        return Weight(name, rows, columns, groupSize, integers, scales, symmetric ? null : zeros, owned);
    }

    public static Tensor Weight(string name, long rows, long columns, int groupSize, byte[] integers, Half[] scales, byte[]? zeros, List<IDisposable> owned)
    {
        var groups = (columns + groupSize - 1) / groupSize;
        return new Tensor(name, DType.I4, [rows, columns], Own(integers, owned), integers.Length, owned[^1])
        {
            Scales = new GroupScales(
                DType.I4,
                groupSize,
                new Tensor("s", DType.F16, [rows, groups], Own(MemoryMarshal.AsBytes<Half>(scales).ToArray(), owned), scales.Length * 2, owned[^1]),
                zeros is null ? null : new Tensor("z", DType.U8, [rows, (groups + 1) / 2], Own(zeros, owned), zeros.Length, owned[^1])),
        };
    }

    public static Tensor Plain(string name, long[] shape, DType dtype, float mean, double deviation, List<IDisposable> owned)
    {
        var values = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
        SeededWeights.Fill(SeededWeights.Stream(7, name), 0, mean, deviation, values);
        var bytes = new byte[dtype.RowBytes(values.Length)];
        fixed (float* source = values)
        fixed (byte* destination = bytes)
            BlockEncoder.EncodeRow(dtype, source, destination, values.Length);
        return new Tensor(name, dtype, shape, Own(bytes, owned), bytes.Length, owned[^1]);
    }

    /// <summary>The integers of a row.</summary>
    public static int Integer(Tensor tensor, long row, long column) => tensor.Row(row)[column / 2] >> (int)(column % 2 * 4) & 0xF;

    /// <summary>(q - z) * s of every element, in float32.</summary>
    public static float[] Decode(Tensor tensor)
    {
        var scales = tensor.Scales!;
        var values = new float[tensor.ElementCount];
        for (long row = 0; row < tensor.Rows; row++)
        {
            for (long column = 0; column < tensor.Columns; column++)
                values[row * tensor.Columns + column] = (Integer(tensor, row, column) - scales.Zero(row, column / scales.GroupSize)) * scales.Scale(row, column / scales.GroupSize);
        }
        return values;
    }

    /// <summary>The plain elements of a tensor.</summary>
    public static float[] Values(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, values.Length);
        return values;
    }

    /// <summary>Same integers, zero points and scale bits; a missing zero point is 8.</summary>
    public static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal((expected.Name, DType.I4), (actual.Name, actual.DType));
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Scales!.GroupSize, actual.Scales!.GroupSize);
        Assert.Equal(expected.Bytes, actual.Bytes);
        Assert.Equal(expected.Scales.Scales.Shape, actual.Scales.Scales.Shape);
        Assert.Equal(expected.Scales.Scales.Bytes, actual.Scales.Scales.Bytes);
        for (long row = 0; row < expected.Rows; row++)
        {
            for (long g = 0; g < expected.Scales.Groups(expected.Columns); g++)
                Assert.Equal(expected.Scales.Zero(row, g), actual.Scales.Zero(row, g));
        }
    }

    /// <summary>Logits of every position of a fixed text, with float64 sums or with the kernels of this machine.</summary>
    public static float[] Logits(Checkpoint checkpoint, bool precise)
    {
        int[] tokens = [.. Enumerable.Range(0, 40).Select(i => (i * 37 + 11) % 250)];
        using var engine = new ModelEngine(checkpoint, new ModelOptions { Precise = precise, Threads = 2 });
        using var rows = new LogitRows(engine);
        var logits = new float[tokens.Length * checkpoint.Config.VocabSize];
        rows.Run(tokens, 0, (position, row) => row.CopyTo(logits.AsSpan(position * checkpoint.Config.VocabSize)), default);
        return logits;
    }

    public static byte[] Bits(float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static byte* Own(byte[] bytes, List<IDisposable> owned)
    {
        var buffer = new NativeBuffer(bytes.Length);
        owned.Add(buffer);
        bytes.CopyTo(new Span<byte>(buffer.Data, bytes.Length));
        return buffer.Data;
    }
}
