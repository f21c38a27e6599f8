using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Tensors;
using Temoto.Tests.Kernels.Codebooks;

namespace Temoto.Tests.Kernels;

/// <summary>
/// Every kernel set against the scalar specification in float64 (the precise set). Bounds: a sum of n float32 products in any order is
/// off by at most n * 2^-24 * sum |x w| (Higham, Accuracy and Stability, section 3.1); the tests allow that and one more rounding of the result.
/// </summary>
public unsafe class KernelSetTests
{
    private const float UnitRoundoff = 1f / (1 << 24);

    public static TheoryData<string> Sets
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var name in KernelChooser.Available)
                data.Add(name);
            return data;
        }
    }

    private static readonly DType[] WeightTypes = [DType.F32, DType.F16, DType.BF16, DType.F8E4M3, DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q5_1, DType.Q2_K, DType.Q3_K, DType.Q4_K, DType.Q5_K, DType.Q6_K, .. CodebookBlocksTests.Types];

    [Theory]
    [MemberData(nameof(Sets))]
    public void MatMulEqualsTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name);
        var precise = new PreciseKernelSet();
        foreach (var dtype in WeightTypes)
        {
            foreach (var columns in ColumnsOf(dtype))
            {
                foreach (var (rows, tokens) in new[] { (1, 1), (5, 1), (4, 2), (7, 3), (33, 67) })
                {
                    using var weight = RandomWeight(dtype, rows, columns, seed: rows * 1000 + columns);
                    using var x = RandomFloats(tokens * columns, 1);
                    using var bias = RandomFloats(rows, 2);
                    using var expected = new NativeBuffer(tokens * rows * 4);
                    using var actual = new NativeBuffer(tokens * rows * 4);
                    using var scratch = new NativeBuffer(Math.Max(kernels.MatMulScratchFloats(columns, rows), precise.MatMulScratchFloats(columns, rows)) * 4);
                    precise.MatMul(weight.Tensor, 0, rows, bias.Floats, x.Floats, tokens, expected.Floats, rows, scratch.Floats);
                    kernels.MatMul(weight.Tensor, 0, rows, bias.Floats, x.Floats, tokens, actual.Floats, rows, scratch.Floats);
                    for (var token = 0; token < tokens; token++)
                    {
                        for (var row = 0; row < rows; row++)
                        {
                            precise.DecodeRow(weight.Tensor, row, scratch.Floats);
                            double magnitude = Math.Abs(bias.Floats[row]);
                            for (var k = 0; k < columns; k++)
                                magnitude += Math.Abs((double)scratch.Floats[k] * x.Floats[token * columns + k]);
                            var bound = (columns + 2) * UnitRoundoff * magnitude;
                            var difference = Math.Abs((double)expected.Floats[token * rows + row] - actual.Floats[token * rows + row]);
                            Assert.True(difference <= bound, $"{dtype} [{rows}, {columns}] token {token} row {row}: off by {difference:E2}, allowed {bound:E2}");
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void MatMulWritesOnlyItsRows(string name)
    {
        var kernels = KernelChooser.Choose(name);
        using var weight = RandomWeight(DType.F32, 9, 40, 5);
        foreach (var tokens in new[] { 1, 3 })
        {
            using var x = RandomFloats(tokens * 40, 1);
            using var y = new NativeBuffer(tokens * 9 * 4);
            using var scratch = new NativeBuffer(kernels.MatMulScratchFloats(40, 9) * 4);
            new Span<float>(y.Floats, tokens * 9).Fill(77);
            kernels.MatMul(weight.Tensor, 2, 7, null, x.Floats, tokens, y.Floats + 2, 9, scratch.Floats);
            for (var token = 0; token < tokens; token++)
            {
                for (var row = 0; row < 9; row++)
                    Assert.Equal(row is < 2 or >= 7, y.Floats[token * 9 + row] == 77);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void DecodeRowIsBitExact(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var dtype in WeightTypes)
        {
            foreach (var columns in ColumnsOf(dtype))
            {
                using var weight = RandomWeight(dtype, 3, columns, seed: columns);
                using var expected = new NativeBuffer(columns * 4);
                using var actual = new NativeBuffer(columns * 4);
                BlockDecoder.DecodeRow(dtype, weight.Tensor.Row(1), expected.Floats, columns);
                kernels.DecodeRow(weight.Tensor, 1, actual.Floats);
                Assert.True(new ReadOnlySpan<int>(expected.Data, columns).SequenceEqual(new ReadOnlySpan<int>(actual.Data, columns)), $"{dtype} [{columns}]");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void EveryHalfFloatDecodesExactly(string name)
    {
        var kernels = KernelChooser.Choose(name);
        using var source = new NativeBuffer(65536 * 2);
        for (var bits = 0; bits < 65536; bits++)
            ((ushort*)source.Data)[bits] = (ushort)bits;
        var tensor = new Tensor("halves", DType.F16, [1, 65536], source.Data, 65536 * 2, source);
        using var actual = new NativeBuffer(65536 * 4);
        kernels.DecodeRow(tensor, 0, actual.Floats);
        for (var bits = 0; bits < 65536; bits++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.True(expected.Equals(actual.Floats[bits]) && float.IsNegative(expected) == float.IsNegative(actual.Floats[bits]), $"0x{bits:X4}: {expected} but {actual.Floats[bits]}");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void NormsRopeAndElementwiseOperatorsEqualTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name);
        var precise = new PreciseKernelSet();
        foreach (var width in new[] { 2, 6, 16, 34, 64, 130 })
        {
            using var x = RandomFloats(width, 3);
            using var y = RandomFloats(width, 4);
            using var angles = RandomFloats(width, 5);
            // Each is a handful of roundings after a sum of width terms; exp adds a few units in the last place.
            Same(width, (width + 16) * UnitRoundoff, (set, a, b) => set.RmsNorm(a, y.Floats, 1e-6f, b, width), copyFirst: false);
            foreach (var interleaved in new[] { false, true })
                Same(width, 4 * UnitRoundoff * 8, (set, a, b) => set.Rope(b, angles.Floats, angles.Floats + width / 2, width, interleaved), copyFirst: true, absolute: true);
            Same(width, 16 * UnitRoundoff, (set, a, b) => set.SiluMultiply(b, y.Floats, width), copyFirst: true);
            Same(width, UnitRoundoff, (set, a, b) => set.Add(b, y.Floats, width), copyFirst: true);
            Same(width, 0, (set, a, b) => set.Relu(b, width), copyFirst: true);

            void Same(int count, double relative, Operation operation, bool copyFirst, bool absolute = false)
            {
                using var expected = new NativeBuffer(count * 4);
                using var actual = new NativeBuffer(count * 4);
                if (copyFirst)
                {
                    new ReadOnlySpan<float>(x.Floats, count).CopyTo(new Span<float>(expected.Floats, count));
                    new ReadOnlySpan<float>(x.Floats, count).CopyTo(new Span<float>(actual.Floats, count));
                }
                operation(precise, x.Floats, expected.Floats);
                operation(kernels, x.Floats, actual.Floats);
                for (var i = 0; i < count; i++)
                {
                    double e = expected.Floats[i], a = actual.Floats[i];
                    var bound = absolute ? relative : relative * Math.Abs(e) + 1e-38;
                    Assert.True(Math.Abs(e - a) <= bound, $"width {count} element {i}: expected {e}, got {a}");
                }
            }
        }
    }

    /// <summary>
    /// The mean is off by at most width roundings of the largest |x|, which each difference carries and the division by the deviation enlarges; the variance, and with it z,
    /// by width roundings relative; weight and bias add a few of their own. An offset of 50 shows a variance that were taken as mean(x^2) - mean^2.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void LayerNormEqualsTheSpecification(string name)
    {
        const float epsilon = 1e-5f;
        var kernels = KernelChooser.Choose(name);
        foreach (var width in new[] { 1, 2, 6, 16, 17, 34, 64, 130 })
        {
            foreach (var offset in new[] { 0f, 50f })
            {
                using var x = RandomFloats(width, 3);
                using var weight = RandomFloats(width, 4);
                using var bias = RandomFloats(width, 5);
                for (var i = 0; i < width; i++)
                    x.Floats[i] += offset;
                var values = new ReadOnlySpan<float>(x.Floats, width).ToArray();
                var mean = values.Average(value => (double)value);
                var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + epsilon);
                var largest = values.Max(Math.Abs);
                using var expected = new NativeBuffer(width * 4);
                new PreciseKernelSet().LayerNorm(x.Floats, weight.Floats, bias.Floats, epsilon, expected.Floats, width);
                // In place, as the executor runs it.
                kernels.LayerNorm(x.Floats, weight.Floats, bias.Floats, epsilon, x.Floats, width);
                for (var i = 0; i < width; i++)
                {
                    var z = (values[i] - mean) / deviation;
                    double w = weight.Floats[i], b = bias.Floats[i];
                    Assert.Equal(z * w + b, expected.Floats[i], 4 * UnitRoundoff * (Math.Abs(z * w) + Math.Abs(b)));
                    var bound = UnitRoundoff * (Math.Abs(w) * (width + 4) * (largest / deviation + Math.Abs(z)) + 4 * (Math.Abs(z * w) + Math.Abs(b)));
                    Assert.Equal(expected.Floats[i], x.Floats[i], bound);
                }
            }
        }
    }

    /// <summary>
    /// Vector kernels: the fit is off by 1.7e-7, polynomial, exp and products by some 20 roundings, all relative to the tail Q, and rounding a^2 / 2 moves exp by as many
    /// roundings again. Above 0 the result is x - x Q, below it x Q.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void GeluEqualsTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var width in new[] { 1, 7, 16, 17, 4001 })
        {
            using var x = RandomFloats(width, 3);
            using var expected = new NativeBuffer(width * 4);
            for (var i = 0; i < width; i++)
                expected.Floats[i] = x.Floats[i] *= i < 16 ? 1 : 5;
            var values = new ReadOnlySpan<float>(x.Floats, width).ToArray();
            new PreciseKernelSet().Gelu(expected.Floats, width);
            kernels.Gelu(x.Floats, width);
            for (var i = 0; i < width; i++)
            {
                double v = values[i];
                var tail = NormalDistribution.Cumulative(-Math.Abs(v));
                var bound = UnitRoundoff * (Math.Abs(v) * tail * (24 + v * v) + 2 * Math.Max(v, 0)) + 1e-37;
                Assert.True(Math.Abs(expected.Floats[i] - x.Floats[i]) <= bound, $"{v}: {expected.Floats[i]} but {x.Floats[i]}");
            }
        }
    }

    /// <summary>Exponentials, seen through x / (1 + exp(-x)) against float64: off by 1.5e-7 of themselves, and the result by the roundings of a sum and a quotient more. Where exp is infinite the result is 0.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void ExponentialsEqualTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name, floatProducts: false);
        const int count = 200_000;
        using var x = new NativeBuffer(count * sizeof(float));
        for (var i = 0; i < count; i++)
            x.Floats[i] = 100 * (2f * i / count - 1);
        double[] before = [.. new ReadOnlySpan<float>(x.Floats, count).ToArray().Select(value => (double)value)];
        kernels.Silu(x.Floats, count);
        for (var i = 0; i < count; i++)
        {
            var expected = before[i] / (1 + Math.Exp(-before[i]));
            Assert.True(Math.Abs(x.Floats[i] - expected) <= (1.5e-7 + 2 * UnitRoundoff) * Math.Abs(expected) + 1e-36, $"silu({before[i]}): {x.Floats[i]} in place of {expected}");
        }
    }

    /// <summary>An exponential that is off by 1.5e-7 of itself, and four roundings of each term.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void XieluEqualsTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name, floatProducts: false);
        const float positive = 0.7f, negative = 0.9f, slope = 0.5f;
        foreach (var most in new[] { -1e-6f, -0.25f })
        {
            foreach (var count in new[] { 1, 7, 16, 4001 })
            {
                using var x = RandomFloats(count, 5);
                for (var i = 0; i < count; i++)
                    x.Floats[i] *= i % 7 == 6 ? 0 : i % 5 == 0 ? 20 : 1;
                double[] before = [.. new ReadOnlySpan<float>(x.Floats, count).ToArray().Select(value => (double)value)];
                kernels.Xielu(x.Floats, count, positive, negative, slope, most);
                for (var i = 0; i < count; i++)
                {
                    var e = Math.Exp(Math.Min(before[i], most));
                    var side = before[i] > 0 ? positive * before[i] * before[i] : negative * (e - 1 - before[i]);
                    var terms = Math.Abs(positive * before[i] * before[i]) + negative * (e + 1 + Math.Abs(before[i])) + Math.Abs(slope * before[i]);
                    Assert.Equal(side + slope * before[i], x.Floats[i], 1.5e-7 * negative * e + 4 * UnitRoundoff * terms);
                }
            }
        }
    }

    /// <summary>Bounds are no arithmetic, and the sum is rounded once: bit for bit.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void BoundsEqualTheSpecification(string name)
    {
        var kernels = KernelChooser.Choose(name, floatProducts: false);
        foreach (var count in new[] { 1, 7, 16, 33 })
        {
            using var gate = RandomFloats(count, 3);
            using var up = RandomFloats(count, 4);
            var gates = new ReadOnlySpan<float>(gate.Floats, count).ToArray();
            var ups = new ReadOnlySpan<float>(up.Floats, count).ToArray();
            kernels.Bound(gate.Floats, up.Floats, count, 0.4f, 1);
            Assert.Equal(gates.Select(value => Math.Min(value, 0.4f)), new ReadOnlySpan<float>(gate.Floats, count).ToArray());
            Assert.Equal(ups.Select(value => Math.Clamp(value, -0.4f, 0.4f) + 1), new ReadOnlySpan<float>(up.Floats, count).ToArray());
            Assert.True(count < 7 || gates.Any(value => value < -0.4f) && ups.Any(value => value > 0.4f) && ups.Any(value => value < -0.4f));
        }
    }

    /// <summary>Infinite arguments have their limits, and NaN stays NaN.</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void SiluOfWhatIsNoNumberIsNone(string name)
    {
        var kernels = KernelChooser.Choose(name, floatProducts: false);
        var x = new float[32];
        for (var i = 0; i < 32; i += 4)
            (x[i], x[i + 1], x[i + 2], x[i + 3]) = (float.NaN, float.PositiveInfinity, -200, 200);
        fixed (float* values = x)
            kernels.Silu(values, 32);
        for (var i = 0; i < 32; i += 4)
        {
            Assert.True(float.IsNaN(x[i]));
            Assert.Equal(float.PositiveInfinity, x[i + 1]);
            Assert.InRange(x[i + 2], -1e-30f, 0);
            Assert.Equal(200, x[i + 3]);
        }
    }

    private delegate void Operation(KernelSet set, float* x, float* y);

    /// <summary>One, a tail, a register, registers and a tail, more than a column block.</summary>
    private static int[] ColumnsOf(DType dtype) => dtype.BlockElements() switch
    {
        1 => [1, 7, 16, 67, 2051],
        32 => [32, 96, 1056],
        _ => [256, 768],
    };

    internal static NativeBuffer RandomFloats(int count, int seed)
    {
        var random = new Random(seed);
        var buffer = new NativeBuffer(count * 4L);
        for (var i = 0; i < count; i++)
            buffer.Floats[i] = (float)(random.NextDouble() * 6 - 3);
        return buffer;
    }

    internal sealed class OwnedTensor(Tensor tensor, NativeBuffer memory) : IDisposable
    {
        public Tensor Tensor { get; } = tensor;

        public void Dispose() => memory.Dispose();
    }

    /// <summary>Random bytes are valid in every type but for exponents of all ones, which are cleared.</summary>
    internal static OwnedTensor RandomWeight(DType dtype, int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var bytes = rows * dtype.RowBytes(columns);
        var buffer = new NativeBuffer(bytes);
        if (dtype == DType.F32)
        {
            for (var i = 0; i < rows * columns; i++)
                buffer.Floats[i] = (float)(random.NextDouble() * 2 - 1);
        }
        else
        {
            random.NextBytes(new Span<byte>(buffer.Data, (int)bytes));
            ClearLargeExponents(dtype, buffer.Data, bytes);
        }
        return new OwnedTensor(new Tensor("w", dtype, [rows, columns], buffer.Data, bytes, buffer), buffer);
    }

    private static void ClearLargeExponents(DType dtype, byte* data, long bytes)
    {
        // Byte offsets, inside one block, of the high byte of each 16-bit float.
        int[] highBytes = dtype switch
        {
            DType.F16 or DType.BF16 or DType.Q8_0 or DType.Q4_0 or DType.Q5_0 => [1],
            DType.IQ4_NL or DType.IQ4_XS or DType.IQ3_XXS or DType.IQ3_S or DType.IQ2_XXS or DType.IQ2_XS or DType.IQ2_S or DType.IQ1_S => [1],
            DType.Q4_1 or DType.Q5_1 or DType.Q4_K or DType.Q5_K => [1, 3],
            DType.Q2_K => [81, 83],
            DType.Q3_K => [109],
            DType.Q6_K => [209],
            DType.TQ1_0 => [53],
            DType.TQ2_0 => [65],
            DType.IQ1_M => [55],
            _ => [],
        };
        for (long block = 0; block < bytes; block += dtype.BlockBytes())
        {
            foreach (var at in highBytes)
                data[block + at] &= 0xBF;
            if (dtype == DType.MXFP4)
                data[block] = (byte)(0x70 | data[block] & 0xF);
            if (dtype == DType.F8E4M3 && (data[block] & 0x7F) == 0x7F)
                data[block] = 0;
        }
    }
}
