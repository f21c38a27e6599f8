using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Integers;

/// <summary>Weights of integers with scales, plain and encoded, in every kernel set.</summary>
public unsafe class IntegerWeightTests
{
    private const float UnitRoundoff = 1f / (1 << 24);

    public static TheoryData<string> Sets => KernelSetTests.Sets;

    /// <summary>Columns: one register, a tail, several groups, a short last group (172 is stories260k's intermediate size).</summary>
    private static IEnumerable<IntegerWeights> Cases()
    {
        foreach (var dtype in new[] { DType.I8, DType.I4 })
        {
            foreach (var (columns, groupSize) in new[] { (2, 32), (16, 16), (18, 18), (64, 32), (172, 64), (130, 130), (896, 64), (256, 128) })
            {
                foreach (var zeroPoints in new[] { false, true })
                    yield return new IntegerWeights(dtype, rows: 7, columns, groupSize, zeroPoints, perTensor: false, seed: columns);
            }
            yield return new IntegerWeights(dtype, rows: 5, 46, 46, zeroPoints: false, perTensor: true, seed: 9);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void DecodedRowsAreTheFormula(string name)
    {
        foreach (var set in new KernelSet[] { KernelChooser.Choose(name), new PreciseKernelSet() })
        {
            foreach (var weight in Cases())
            {
                using (weight)
                {
                    using var row = new NativeBuffer(weight.Tensor.Columns * sizeof(float));
                    foreach (var tensor in new[] { weight.Tensor, weight.Encoded })
                    {
                        for (var r = 0; r < tensor.Rows; r++)
                        {
                            set.DecodeRow(tensor, r, row.Floats);
                            for (var k = 0; k < tensor.Columns; k++)
                                Assert.Equal((float)weight.Value(r, k), row.Floats[k]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>
    /// A sum of n products of rounded factors: n + 2 roundings of the products and their sum as in <see cref="KernelSetTests"/>, and the scale is multiplied
    /// last, which is one more.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public void ProductsAreWithinTheBound(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var weight in Cases())
        {
            using (weight)
            {
                var columns = weight.Tensor.Columns;
                var rows = (int)weight.Tensor.Rows;
                foreach (var tokens in new[] { 1, 3 })
                {
                    using var x = KernelSetTests.RandomFloats((int)(tokens * columns), 3);
                    using var bias = KernelSetTests.RandomFloats(rows, 4);
                    using var y = new NativeBuffer(tokens * rows * sizeof(float));
                    using var scratch = new NativeBuffer(kernels.MatMulScratchFloats(columns, rows) * sizeof(float));
                    foreach (var tensor in new[] { weight.Tensor, weight.Encoded })
                    {
                        // In two pieces that cut the encoded blocks of four rows.
                        kernels.MatMul(tensor, 0, 3, bias.Floats, x.Floats, tokens, y.Floats, rows, scratch.Floats);
                        kernels.MatMul(tensor, 3, rows, bias.Floats, x.Floats, tokens, y.Floats + 3, rows, scratch.Floats);
                        for (var token = 0; token < tokens; token++)
                        {
                            for (var r = 0; r < rows; r++)
                            {
                                double sum = bias.Floats[r], magnitude = Math.Abs(sum);
                                for (var k = 0; k < columns; k++)
                                {
                                    var product = weight.Value(r, k) * x.Floats[token * columns + k];
                                    sum += product;
                                    magnitude += Math.Abs(product);
                                }
                                Assert.InRange(Math.Abs(sum - y.Floats[token * rows + r]), 0, (columns + 3) * UnitRoundoff * magnitude);
                            }
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ActivationsRoundToTheGridAsSpecified(string name)
    {
        var kernels = KernelChooser.Choose(name);
        var specification = new ScalarKernelSet();
        foreach (var count in new[] { 1, 15, 16, 17, 100 })
        {
            using var x = KernelSetTests.RandomFloats(count, count);
            x.Floats[0] = 2.5f * 0.01f;         // a tie, if 0.025 / 0.01 were exact: whatever it is, every set must agree
            x.Floats[count - 1] = -1000;        // cut at -127
            using var expected = new NativeBuffer(count * sizeof(float));
            using var actual = new NativeBuffer(count * sizeof(float));
            foreach (var scale in new[] { 0.01f, 0.5f })
            {
                specification.RoundToGrid(x.Floats, scale, expected.Floats, count);
                kernels.RoundToGrid(x.Floats, scale, actual.Floats, count);
                Assert.True(new Span<float>(expected.Floats, count).SequenceEqual(new Span<float>(actual.Floats, count)));
                Assert.Equal(-127 * scale, actual.Floats[count - 1]);
                for (var i = 0; i < count - 1; i++)
                    Assert.InRange(Math.Abs(actual.Floats[i] - x.Floats[i]), 0, Math.Max(0.501 * scale, Math.Abs(x.Floats[i]) - 127 * scale + 1e-6));
            }
            Assert.Equal(1000, kernels.MaxMagnitude(x.Floats, count));
        }
    }
}
