using Temoto.Kernels.Integers;
using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Tests.Kernels.Integers.Panels;

/// <summary>Products with weights in panels against the scalar specification: the same bits for any number of tokens, alone or together.</summary>
public unsafe class PanelProductsTests
{
    private static readonly ScalarIntegerDot Specification = new();

    [Theory]
    [MemberData(nameof(IntegerDotTests.Kernels), MemberType = typeof(IntegerDotTests))]
    public void ProductsEqualTheSpecificationBitForBit(string name)
    {
        var kernel = IntegerDotTests.Choose(name);
        foreach (var (rows, tokens) in new[] { (1, 1), (16, 1), (37, 1), (33, 2), (16, 3), (47, 4), (20, 5), (33, 9), (16, 70) })
        {
            foreach (var weight in IntegerDotTests.Cases(rows))
            {
                if (!PanelProducts.Takes(weight))
                    continue;
                var inPanels = PanelRows.Lay(weight, out var memory);
                using var panels = memory;
                using var x = IntegerDotTests.Activations(Specification, tokens, weight.Columns, seed: 3);
                using var bias = KernelSetTests.RandomFloats(rows, 4);
                var expected = IntegerDotTests.Multiply(Specification, weight, bias, x, tokens);
                Assert.Equal(expected, IntegerDotTests.Multiply(kernel, inPanels, bias, x, tokens));
                inPanels.Encoded!.Panels!.PastCaches = true;
                if (tokens == 1)
                    Assert.Equal(expected, IntegerDotTests.Multiply(kernel, inPanels, bias, x, tokens));
                if (tokens <= PanelProducts.FewTokens)
                    Assert.Equal(expected, Sequences(kernel, inPanels, bias, x, tokens));
            }
        }
    }

    /// <summary>Heads of 40 rows begin inside a panel and end inside another.</summary>
    [Theory]
    [MemberData(nameof(IntegerDotTests.Kernels), MemberType = typeof(IntegerDotTests))]
    public void RowsMayBeginAndEndInsideAPanel(string name)
    {
        PartsEqualTheWhole(name, tokens: 1);
        PartsEqualTheWhole(name, tokens: 3);
    }

    private static void PartsEqualTheWhole(string name, int tokens)
    {
        const int rows = 77;
        var kernel = IntegerDotTests.Choose(name);
        foreach (var weight in IntegerDotTests.Cases(rows))
        {
            if (weight.Columns > 300 || !PanelProducts.Takes(weight))
                continue;
            var inPanels = PanelRows.Lay(weight, out var memory);
            using var panels = memory;
            using var x = IntegerDotTests.Activations(Specification, tokens, weight.Columns, seed: 5);
            using var bias = KernelSetTests.RandomFloats(rows, 6);
            var expected = IntegerDotTests.Multiply(Specification, weight, bias, x, tokens);
            foreach (var (start, end) in new[] { (0, 5), (3, 16), (7, 40), (40, 77), (76, 77) })
            {
                using var scratch = new NativeBuffer(kernel.MatMulScratchFloats(weight.Columns, rows) * sizeof(float));
                var y = new float[tokens * rows];
                fixed (float* output = y)
                    kernel.MatMul(inPanels, start, end, bias.Floats, x.Data, tokens, output, rows, scratch.Floats);
                for (var token = 0; token < tokens; token++)
                {
                    for (var row = 0; row < rows; row++)
                        Assert.Equal(row < end - start ? expected[token * rows + start + row] : 0, y[token * rows + row]);
                }
            }
        }
    }

    private static float[] Sequences(IntegerDot kernel, Tensor weight, NativeBuffer bias, NativeBuffer x, int tokens)
    {
        var y = new float[tokens * weight.Rows];
        using var scratch = new NativeBuffer(kernel.MatVecsScratchFloats(weight.Columns, (int)weight.Rows, tokens) * sizeof(float));
        fixed (float* output = y)
            kernel.MatVecs(weight, 0, weight.Rows, bias.Floats, x.Data, tokens, output, weight.Rows, scratch.Floats);
        return y;
    }
}
