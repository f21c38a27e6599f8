using System.Runtime.Intrinsics.X86;
using Temoto.Kernels;
using Temoto.Kernels.Emitted;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Integers;

/// <summary>Integer products against the scalar specification, and that against the formula in float64.</summary>
public unsafe class IntegerDotTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    private static readonly ScalarIntegerDot Specification = new();

    public static TheoryData<string> Kernels
    {
        get
        {
            var data = new TheoryData<string>("scalar");
            if (Avx2.IsSupported && Fma.IsSupported)
                data.Add("avx2");
            if (AvxVnni.IsSupported)
                data.Add("vnni");
            if (AvxVnni.IsSupported && Avx512BW.IsSupported)
                data.Add("vnni-wide");
            if (Processor.HasAvx512Vnni && Processor.RunsEmittedCode)
                data.Add("emitted");
            return data;
        }
    }

    internal static IntegerDot Choose(string name) => name switch
    {
        "scalar" => Specification,
        "emitted" => new EmittedIntegerDot(Specification),
        "avx2" => new Avx2IntegerDot(),
        _ => new VnniIntegerDot(name == "vnni-wide"),
    };

    /// <summary>Weights of every kind. Columns: one block, seven, eight and nine; groups of one block, of two, of three (no power of two), and whole rows.</summary>
    internal static IEnumerable<Tensor> Cases(int rows)
    {
        foreach (var columns in new[] { 32, 224, 256, 288, 544, 896, 1056 })
        {
            foreach (var dtype in new[] { DType.Q8_0, DType.Q5_0, DType.Q4_0, DType.Q4_1 })
            {
                using var weight = KernelSetTests.RandomWeight(dtype, rows, columns, rows + columns);
                yield return weight.Tensor;
            }
            if (columns == 256)
            {
                foreach (var dtype in new[] { DType.Q4_K, DType.Q5_K, DType.Q6_K })
                {
                    using var one = KernelSetTests.RandomWeight(dtype, rows, columns, rows);
                    yield return one.Tensor;
                    using var three = KernelSetTests.RandomWeight(dtype, rows, 3 * columns, rows);
                    yield return three.Tensor;
                }
            }
            foreach (var groupSize in new[] { 32, 64, 96, 128, columns })
            {
                foreach (var (dtype, zeroPoints) in new[] { (DType.I8, false), (DType.I4, false), (DType.I4, true) })
                {
                    using var weight = new IntegerWeights(dtype, rows, columns, groupSize, zeroPoints, perTensor: false, seed: columns);
                    yield return weight.Tensor;
                    yield return weight.Encoded;
                    yield return weight.Escaped;
                }
            }
            using var single = new IntegerWeights(DType.I8, rows, columns, columns, zeroPoints: false, perTensor: true, seed: 9);
            yield return single.Tensor;
        }
    }

    /// <summary>The formula in float64: sum of decoded weights times what the integers stand for, and the sum of the magnitudes of its blocks.</summary>
    private static (double Sum, double Magnitude) Exact(Tensor weight, int row, QuantizedRow x, float* scratch)
    {
        new PreciseKernelSet().DecodeRow(weight, row, scratch);
        double sum = 0, magnitude = 0;
        for (var block = 0; block < x.Blocks; block++)
        {
            double part = 0;
            for (var k = block * 32; k < block * 32 + 32; k++)
                part += (double)scratch[k] * x.Integers[k];
            sum += part * x.Scales[block];
            magnitude += Math.Abs(part * x.Scales[block]);
        }
        return (sum, magnitude);
    }

    /// <summary>
    /// Blocks: the float64 oracle reads weights that were rounded once, (q - zero) * scale; summed over 32 columns their errors stay below 32 u max|part|, which the
    /// magnitudes of the products bound. The kernels round the product of the scales, every fused addition, and the bias: n + 3 roundings.
    /// One token and nibbles: q * x and zero * sum(x) are added up apart, each block in four lanes, so that the magnitudes are those of |q x| and |zero x|, and the lanes
    /// take at most eight more roundings, the zero point's scale and factor two. K types and Q4_1, always: the same with minima, which double the additions.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void ProductsAreWithinTheBound(string name)
    {
        var kernel = Choose(name);
        foreach (var (rows, tokens) in new[] { (1, 1), (5, 1), (17, 1), (1, 2), (15, 3), (16, 4), (17, 5), (33, 9) })
        {
            foreach (var weight in Cases(rows))
            {
                using var x = Activations(kernel, tokens, weight.Columns, seed: 3);
                using var bias = KernelSetTests.RandomFloats(rows, 4);
                using var decoded = new NativeBuffer(weight.Columns * sizeof(float));
                var y = Multiply(kernel, weight, bias, x, tokens);
                for (var token = 0; token < tokens; token++)
                {
                    var activations = RowOf(x, token, weight.Columns);
                    for (var row = 0; row < rows; row++)
                    {
                        var (sum, magnitude) = Exact(weight, row, activations, decoded.Floats);
                        double products = 0, apart = 0;
                        for (var k = 0; k < weight.Columns; k++)
                        {
                            var x1 = Math.Abs((double)activations.Integers[k] * activations.Scales[k / 32]);
                            products += Math.Abs(decoded.Floats[k]) * x1;
                            apart += (Math.Abs(decoded.Floats[k]) + 2 * ZeroMagnitude(weight, row, k)) * x1;
                        }
                        var bound = weight.DType.BlockElements() == 256 || weight.DType == DType.Q4_1
                            ? UnitRoundoff * (2 * activations.Blocks + 13) * (apart + Math.Abs(bias.Floats[row]))
                            : tokens == 1 && weight.DType is DType.Q4_0 or DType.I4
                            ? UnitRoundoff * (activations.Blocks + 13) * (apart + Math.Abs(bias.Floats[row]))
                            : UnitRoundoff * ((activations.Blocks + 3) * (magnitude + Math.Abs(bias.Floats[row])) + products);
                        var difference = Math.Abs(sum + bias.Floats[row] - y[token * rows + row]);
                        Assert.True(difference <= bound, $"{weight} token {token} of {tokens}, row {row}: off by {difference:E2}, allowed {bound:E2}");
                    }
                }
            }
        }
    }

    /// <summary>Zero point times scale of column <paramref name="k"/>, or its minimum; |q * scale| is at most the weight's magnitude and this.</summary>
    private static double ZeroMagnitude(Tensor weight, int row, int k) => weight.Scales is { } scales
        ? Math.Abs(scales.Scale(row, k / scales.GroupSize) * (double)scales.Zero(row, k / scales.GroupSize))
        : weight.DType == DType.Q6_K ? Math.Abs(32.0 * ((sbyte*)Super(weight, row, k))[192 + k % 256 / 16] * (double)*(Half*)(Super(weight, row, k) + 208))
        : weight.DType is DType.Q4_K or DType.Q5_K ? Math.Abs((double)*(Half*)(Super(weight, row, k) + 2) * BlockDecoder.ScaleAndMinimum(Super(weight, row, k) + 4, k % 256 / 32).Minimum)
        : weight.DType == DType.Q4_1 ? Math.Abs((double)*(Half*)(weight.Row(row) + k / 32 * weight.DType.BlockBytes() + 2))
        : 8 * Math.Abs((double)*(Half*)(weight.Row(row) + k / 32 * weight.DType.BlockBytes()));

    private static byte* Super(Tensor weight, int row, int k) => weight.Row(row) + k / 256 * weight.DType.BlockBytes();

    /// <summary>Several tokens: the order of the specification, so the same bits.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void PromptsEqualTheSpecification(string name)
    {
        var kernel = Choose(name);
        foreach (var (rows, tokens) in new[] { (1, 2), (16, 4), (19, 7), (33, 6), (96, 13) })
        {
            foreach (var weight in Cases(rows))
            {
                using var x = Activations(Specification, tokens, weight.Columns, seed: 5);
                using var bias = KernelSetTests.RandomFloats(rows, 4);
                Assert.Equal(Multiply(Specification, weight, bias, x, tokens), Multiply(kernel, weight, bias, x, tokens));
            }
        }
    }

    /// <summary>Tokens of different sequences: each has what one token gives.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void SequencesEqualOneTokenEach(string name)
    {
        var kernel = Choose(name);
        foreach (var (rows, tokens) in new[] { (1, 1), (9, 2), (5, 3), (16, 4), (19, 7) })
        {
            foreach (var weight in Cases(rows))
            {
                using var x = Activations(kernel, tokens, weight.Columns, seed: 5);
                using var bias = KernelSetTests.RandomFloats(rows, 4);
                using var scratch = new NativeBuffer(Math.Max(kernel.MatVecsScratchFloats(weight.Columns, rows, tokens), kernel.MatMulScratchFloats(weight.Columns, rows)) * sizeof(float));
                // A stride that is more than the rows: what lies between is nobody's.
                var stride = rows + 3;
                float[] together = new float[tokens * stride], alone = new float[tokens * stride];
                fixed (float* left = together, right = alone)
                {
                    kernel.MatVecs(weight, 0, rows, bias.Floats, x.Data, tokens, left, stride, scratch.Floats);
                    for (var token = 0; token < tokens; token++)
                        kernel.MatMul(weight, 0, rows, bias.Floats, x.Data + token * QuantizedRow.Bytes(weight.Columns), 1, right + token * stride, stride, scratch.Floats);
                }
                Assert.Equal(alone, together);
            }
        }
    }

    /// <summary>With all scales 1, every partial sum is a whole number below 896 * 128 * 127 &lt; 2^24: float32 is exact in any order, and what is compared is the integer part.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void IntegerPartsAreExact(string name)
    {
        var kernel = Choose(name);
        foreach (var tokens in new[] { 1, 3 })
        {
            foreach (var weight in Cases(rows: 18))
            {
                SetScalesToOne(weight);
                using var x = new NativeBuffer(tokens * QuantizedRow.Bytes(weight.Columns));
                using var values = KernelSetTests.RandomFloats((int)(tokens * weight.Columns), 6);
                for (var i = 0; i < tokens * weight.Columns; i++)
                    values.Floats[i] = i % 5 == 0 ? 127 : i % 7 == 0 ? -127 : values.Floats[i] * 40;
                for (var token = 0; token < tokens; token++)
                    Specification.QuantizeToGrid(values.Floats + token * weight.Columns, 1, weight.Columns, RowOf(x, token, weight.Columns));
                var y = Multiply(kernel, weight, null, x, tokens);
                using var decoded = new NativeBuffer(weight.Columns * sizeof(float));
                for (var token = 0; token < tokens; token++)
                    for (var row = 0; row < 18; row++)
                        Assert.Equal(Exact(weight, row, RowOf(x, token, weight.Columns), decoded.Floats).Sum, y[token * 18 + row]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void ActivationsRoundAsSpecified(string name)
    {
        var kernel = Choose(name);
        foreach (var columns in new[] { 32, 64, 896 })
        {
            using var x = KernelSetTests.RandomFloats(columns, columns);
            var special = new[] { 0f, 1e-38f, 127, float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f };
            for (var pass = 0; pass < special.Length + 1; pass++)
            {
                if (pass == 1)
                    new Span<float>(x.Floats, 32).Clear();
                if (pass == 3)
                    x.Floats[7] = 2.5f; // a tie: the largest, 127, makes the scale 1
                if (pass > 0)
                    x.Floats[pass] = special[pass - 1];
                foreach (var scale in new float?[] { null, 0.5f, 0.01f })
                {
                    using var expected = new NativeBuffer(QuantizedRow.Bytes(columns));
                    using var actual = new NativeBuffer(QuantizedRow.Bytes(columns));
                    Round(Specification, x.Floats, scale, columns, expected);
                    Round(kernel, x.Floats, scale, columns, actual);
                    Assert.Equal(new Span<byte>(expected.Data, (int)expected.ByteLength), new Span<byte>(actual.Data, (int)actual.ByteLength));
                }
            }
        }
    }

    /// <summary>Half a step each way, and the rounding of the scale and of its inverse: 127 u each.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void IntegersLieWithinHalfAStep(string name)
    {
        const int columns = 896;
        using var x = KernelSetTests.RandomFloats(columns, 1);
        using var buffer = new NativeBuffer(QuantizedRow.Bytes(columns));
        Round(Choose(name), x.Floats, null, columns, buffer);
        var row = new QuantizedRow(buffer.Data, columns);
        for (var block = 0; block < row.Blocks; block++)
        {
            var sum = 0;
            var largest = 0f;
            for (var k = block * 32; k < block * 32 + 32; k++)
            {
                sum += row.Integers[k];
                largest = Math.Max(largest, Math.Abs(x.Floats[k]));
                Assert.InRange(Math.Abs(x.Floats[k] - (double)row.Integers[k] * row.Scales[block]), 0, row.Scales[block] * (0.5 + 3 * 127 * UnitRoundoff));
            }
            Assert.Equal(-128 * sum, row.Offsets[block]);
            Assert.Equal(largest / 127, row.Scales[block]);
        }
    }

    [Fact]
    public void OnlyWholeBlocksAreTaken()
    {
        foreach (var (dtype, columns, groupSize, zeroPoints, taken) in new[]
        {
            (DType.I4, 64, 32, true, true), (DType.I4, 64, 64, false, true), (DType.I4, 96, 128, false, true), (DType.I4, 96, 64, false, true),
            (DType.I4, 64, 16, false, false), (DType.I4, 48, 48, false, false), (DType.I8, 64, 48, false, false), (DType.I8, 64, 32, true, false),
        })
        {
            using var weight = new IntegerWeights(dtype, 3, columns, groupSize, zeroPoints, perTensor: false, seed: 1);
            Assert.Equal(taken, IntegerDot.Takes(weight.Tensor));
            Assert.Equal(taken, IntegerDot.Takes(weight.Encoded));
        }
        foreach (var dtype in new[] { DType.Q8_0, DType.Q5_0, DType.Q5_1, DType.Q4_0, DType.Q4_1, DType.Q3_K, DType.Q4_K, DType.Q5_K, DType.Q6_K, DType.BF16, DType.F32, DType.I8 })
        {
            using var weight = KernelSetTests.RandomWeight(dtype, 2, 256, 1);
            Assert.Equal(dtype is DType.Q8_0 or DType.Q5_0 or DType.Q4_0 or DType.Q4_1 or DType.Q4_K or DType.Q5_K or DType.Q6_K, IntegerDot.Takes(weight.Tensor));
        }
    }

    private static void Round(IntegerDot kernel, float* x, float? scale, int columns, NativeBuffer destination)
    {
        if (scale is null)
            kernel.Quantize(x, columns, new QuantizedRow(destination.Data, columns));
        else
            kernel.QuantizeToGrid(x, scale.Value, columns, new QuantizedRow(destination.Data, columns));
    }

    internal static NativeBuffer Activations(IntegerDot kernel, int tokens, long columns, int seed)
    {
        using var x = KernelSetTests.RandomFloats((int)(tokens * columns), seed);
        var buffer = new NativeBuffer(tokens * QuantizedRow.Bytes(columns));
        for (var token = 0; token < tokens; token++)
            kernel.Quantize(x.Floats + token * columns, columns, RowOf(buffer, token, columns));
        return buffer;
    }

    private static QuantizedRow RowOf(NativeBuffer x, int token, long columns) => new(x.Data + token * QuantizedRow.Bytes(columns), columns);

    /// <summary>In two pieces, the first of which ends inside a panel.</summary>
    internal static float[] Multiply(IntegerDot kernel, Tensor weight, NativeBuffer? bias, NativeBuffer x, int tokens)
    {
        var y = new float[tokens * weight.Rows];
        Array.Fill(y, 77);
        using var scratch = new NativeBuffer(kernel.MatMulScratchFloats(weight.Columns, (int)weight.Rows) * sizeof(float));
        fixed (float* output = y)
        {
            foreach (var (start, end) in new[] { (0L, weight.Rows / 3), (weight.Rows / 3, weight.Rows) })
                kernel.MatMul(weight, start, end, bias is null ? null : bias.Floats, x.Data, tokens, output + start, weight.Rows, scratch.Floats);
        }
        return y;
    }

    private static void SetScalesToOne(Tensor weight)
    {
        if (weight.Scales is { } scales)
        {
            for (var i = 0; i < scales.Scales.ElementCount; i++)
            {
                if (scales.PerTensor)
                    ((float*)scales.Scales.Data)[i] = 1;
                else
                    ((Half*)scales.Scales.Data)[i] = (Half)1;
            }
            return;
        }
        for (long at = 0; at < weight.ByteLength; at += weight.DType.BlockBytes())
        {
            var block = weight.Data + at;
            if (weight.DType == DType.Q6_K)
            {
                *(Half*)(block + 208) = (Half)1;
                new Span<byte>(block + 192, 16).Fill(1);
                continue;
            }
            *(Half*)block = (Half)1;
            if (weight.DType is not (DType.Q4_1 or DType.Q4_K or DType.Q5_K))
                continue;
            *(Half*)(block + 2) = (Half)1;
            if (weight.DType == DType.Q4_1)
                continue;
            new Span<byte>(block + 4, 8).Fill(1);
            new Span<byte>(block + 12, 4).Fill(0x11);
        }
    }
}
