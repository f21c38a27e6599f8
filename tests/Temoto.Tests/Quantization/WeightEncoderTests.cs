using Temoto.Evaluation.Seeded;
using Temoto.Machine;
using Temoto.Quantization;
using Temoto.Tensors;

namespace Temoto.Tests.Quantization;

public unsafe class WeightEncoderTests
{
    private const int Rows = 17;

    public static TheoryData<int, bool, bool, int> Formats()
    {
        var data = new TheoryData<int, bool, bool, int>();
        foreach (var groupSize in new[] { 0, 32, 64, 128 })
            foreach (var nibbles in new[] { false, true })
                foreach (var zeroPoints in new[] { false, true })
                    foreach (var columns in new[] { 2, 64, 66, 172 })
                        data.Add(groupSize, nibbles, zeroPoints, columns);
        return data;
    }

    private static float[] Random(int count, ulong seed = 5)
    {
        var values = new float[count];
        SeededWeights.Fill(SeededWeights.Stream(seed, "w"), 0, 0, 0.05, values);
        return values;
    }

    private static Tensor Encode(float[] weights, int columns, WeightFormat format, int threads = 2)
    {
        using var pool = new WorkerPool(threads);
        return new WeightEncoder("file", pool).Encode(
            "w", weights.Length / columns, columns, (row, destination) => weights.AsSpan((int)row * columns, columns).CopyTo(new Span<float>(destination, columns)), format);
    }

    /// <summary>
    /// Half a step, and where the range ends: the stored scale may be short of the range by 2^-11 of itself for each of the steps (float16's rounding). With zero
    /// points the zero point's own rounding is inside the half step.
    /// </summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryWeightIsWithinHalfAStep(int groupSize, bool nibbles, bool zeroPoints, int columns)
    {
        var format = new WeightFormat(nibbles ? DType.I4 : DType.I8, groupSize, zeroPoints);
        var weights = Random(Rows * columns);
        var tensor = Encode(weights, columns, format);
        var size = groupSize == 0 ? columns : Math.Min(groupSize, columns);
        Assert.Equal(size, tensor.Scales!.GroupSize);
        Assert.Equal([Rows, (columns + size - 1) / size], tensor.Scales.Scales.Shape);
        var steps = nibbles ? zeroPoints ? 15 : 7 : zeroPoints ? 255 : 127;
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var group = column / size;
                var inGroup = weights.AsSpan(row * columns + group * size, Math.Min(size, columns - group * size)).ToArray();
                var scale = tensor.Scales.Scale(row, group);
                var range = zeroPoints ? Math.Max(0, inGroup.Max()) - Math.Min(0, inGroup.Min()) : inGroup.Max(Math.Abs);
                Assert.InRange(scale, range / steps * (1 - 1 / 2048f), range / steps * (1 + 1 / 2048f));
                var error = Math.Abs(weights[row * columns + column] - QuantizedValues.Value(tensor, row, column));
                Assert.True(error <= scale * (0.5f + steps / 2048f) * 1.00001f, $"[{row}, {column}] is off by {error / scale} steps");
            }
        }
    }

    [Fact]
    public void OneScalePerTensorIsTheLargestMagnitudeOver127()
    {
        var weights = Random(Rows * 30);
        var tensor = Encode(weights, 30, new WeightFormat(DType.I8, PerTensor: true));
        Assert.True(tensor.Scales!.PerTensor);
        Assert.Equal(DType.F32, tensor.Scales.Scales.DType);
        var scale = weights.Max(Math.Abs) / 127;
        Assert.Equal(scale, tensor.Scales.Scale(3, 0));
        for (var i = 0; i < weights.Length; i++)
            Assert.Equal((int)MathF.Round(weights[i] / scale), QuantizedValues.Integer(tensor, i / 30, i % 30));
    }

    /// <summary>The published arithmetic in numpy, on float16 scales.</summary>
    [Fact]
    public void Int4WithZeroPointsAgreesWithNumpy()
    {
        var weights = Random(8 * 128, seed: 9);
        var tensor = Encode(weights, 128, new WeightFormat(DType.I4, 64, ZeroPoints: true));
        var lines = Oracle.Python("int4_zero_points.py", string.Join(' ', weights.Select(w => BitConverter.SingleToUInt32Bits(w))), "8", "128", "64")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var integers = lines[0].Split(' ').Select(int.Parse).ToArray();
        var zeros = lines[1].Split(' ').Select(int.Parse).ToArray();
        var scales = lines[2].Split(' ').Select(ushort.Parse).ToArray();
        for (var row = 0; row < 8; row++)
        {
            for (var column = 0; column < 128; column++)
                Assert.Equal(integers[row * 128 + column], QuantizedValues.Integer(tensor, row, column));
            for (var group = 0; group < 2; group++)
            {
                Assert.Equal(zeros[row * 2 + group], tensor.Scales!.Zero(row, group));
                Assert.Equal(BitConverter.UInt16BitsToHalf(scales[row * 2 + group]), (Half)tensor.Scales.Scale(row, group));
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ZerosStayZero(bool nibbles, bool zeroPoints)
    {
        var tensor = Encode(new float[2 * 70], 70, new WeightFormat(nibbles ? DType.I4 : DType.I8, 64, zeroPoints));
        Assert.All(QuantizedValues.All(tensor), value => Assert.Equal(0, value));
    }

    /// <summary>A group of one sign: the published zero point alone would cut it down to 15 steps of 1e-5 / 15.</summary>
    [Theory]
    [InlineData(0.7f)]
    [InlineData(-0.7f)]
    public void AConstantGroupKeepsItsValue(float value)
    {
        var weights = new float[64];
        Array.Fill(weights, value);
        foreach (var type in new[] { DType.I4, DType.I8 })
        {
            foreach (var zeroPoints in new[] { false, true })
                Assert.All(QuantizedValues.All(Encode(weights, 64, new WeightFormat(type, 64, zeroPoints))), read => Assert.Equal(value, read, 0.7f * 1e-3f));
        }
    }

    [Fact]
    public void TinyWeightsDoNotVanishByAScaleOfZero()
    {
        float[] weights = [1e-6f, -4e-7f];
        var tensor = Encode(weights, 2, new WeightFormat(DType.I8, 32));
        // The smallest float16 is 6e-8: half of it is the bound.
        Assert.Equal(weights[0], QuantizedValues.Value(tensor, 0, 0), 3e-8f);
        Assert.Equal(weights[1], QuantizedValues.Value(tensor, 0, 1), 3e-8f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e9f)]
    public void WeightsThatCannotBeHeldAreRefused(float bad)
    {
        var weights = Random(4 * 64);
        weights[70] = bad;
        foreach (var format in new[] { new WeightFormat(DType.I4, 64, true), new WeightFormat(DType.I8), WeightFormat.F16 })
            Assert.Contains("file: w:", Assert.Throws<InputException>(() => Encode(weights, 64, format)).Message);
        if (!float.IsFinite(bad))
            Assert.Throws<InputException>(() => Encode(weights, 64, new WeightFormat(DType.I8, PerTensor: true)));
    }

    [Fact]
    public void OddRowsOfInt4AreRefused() =>
        Assert.Contains("even number", Assert.Throws<InputException>(() => Encode(new float[9], 3, new WeightFormat(DType.I4, 32))).Message);

    [Fact]
    public void ThreadsDoNotChangeTheBytes()
    {
        var weights = Random(100 * 172);
        foreach (var format in new[] { new WeightFormat(DType.I4, 64, true), new WeightFormat(DType.I8, PerTensor: true), new WeightFormat(DType.BF16) })
            Assert.Equal(QuantizedValues.Bytes(Encode(weights, 172, format, 1)), QuantizedValues.Bytes(Encode(weights, 172, format, 3)));
    }
}
