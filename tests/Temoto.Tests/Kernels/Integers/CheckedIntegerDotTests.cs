using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Integers;

/// <summary>Broken products are found before their first result is used, told of once, and replaced.</summary>
public unsafe class CheckedIntegerDotTests
{
    public enum Fault
    {
        None,
        OneToken,
        LastRowOfAPanel,
        LastToken,
        Rounding,
        Packed,
        Sequences,
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.OneToken)]
    [InlineData(Fault.LastRowOfAPanel)]
    [InlineData(Fault.LastToken)]
    [InlineData(Fault.Rounding)]
    [InlineData(Fault.Packed)]
    [InlineData(Fault.Sequences)]
    public void WhatFailsIsNotUsed(Fault fault)
    {
        var lines = new List<string>();
        var specification = new ScalarIntegerDot();
        var kernel = new CheckedIntegerDot("broken", new BrokenIntegerDot(fault), specification, lines.Add);
        const int rows = 40, columns = 64;
        foreach (var tokens in new[] { 1, 8, 1, 8 })
        {
            using var weight = new IntegerWeights(DType.I4, rows, columns, 32, zeroPoints: fault != Fault.Packed, perTensor: false, seed: 1);
            var tensor = fault == Fault.Packed ? weight.Escaped : weight.Tensor;
            using var values = KernelSetTests.RandomFloats(tokens * columns, 2);
            using var x = new NativeBuffer(2 * tokens * QuantizedRow.Bytes(columns));
            var bytes = (int)(tokens * QuantizedRow.Bytes(columns));
            for (var token = 0; token < tokens; token++)
            {
                specification.Quantize(values.Floats + token * columns, columns, new QuantizedRow(x.Data + token * QuantizedRow.Bytes(columns), columns));
                kernel.Quantize(values.Floats + token * columns, columns, new QuantizedRow(x.Data + bytes + token * QuantizedRow.Bytes(columns), columns));
            }
            Assert.Equal(new Span<byte>(x.Data, bytes), new Span<byte>(x.Data + bytes, bytes));
            using var scratch = new NativeBuffer(kernel.MatMulScratchFloats(columns, rows) * 4);
            var expected = new float[tokens * rows];
            var actual = new float[tokens * rows];
            fixed (float* left = expected, right = actual)
            {
                specification.MatMul(tensor, 0, rows, null, x.Data, tokens, left, rows, scratch.Floats);
                kernel.MatMul(tensor, 0, rows, null, x.Data, tokens, right, rows, scratch.Floats);
            }
            Assert.Equal(expected, actual);
            fixed (float* right = actual)
                kernel.MatVecs(tensor, 0, rows, null, x.Data, tokens, right, rows, scratch.Floats);
            Assert.Equal(expected, actual);
        }
        if (fault == Fault.None)
            Assert.Empty(lines);
        else
            Assert.Contains("kernels broken", Assert.Single(lines), StringComparison.Ordinal);
    }

    /// <summary>The specification but for one value, which is off by one unit in the last place, or one integer.</summary>
    private sealed class BrokenIntegerDot(Fault fault) : IntegerDot
    {
        private readonly ScalarIntegerDot right = new();

        public override void Quantize(float* x, long columns, QuantizedRow destination)
        {
            right.Quantize(x, columns, destination);
            if (fault == Fault.Rounding)
                destination.Integers[columns - 1]++;
        }

        public override void QuantizeToGrid(float* x, float scale, long columns, QuantizedRow destination) => right.QuantizeToGrid(x, scale, columns, destination);

        public override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        {
            right.MatMul(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            var broken = fault switch
            {
                Fault.OneToken when tokens == 1 => y,
                Fault.Packed when tokens == 1 && weight.Encoded?.Escaped is not null => y,
                Fault.LastRowOfAPanel when tokens > 1 => y + 31 - rowStart,
                Fault.LastToken when tokens > 6 => y + 5 * yStride,
                _ => null,
            };
            if (broken is not null)
                *broken = MathF.BitIncrement(*broken);
        }

        public override long MatMulScratchFloats(long columns, int rows) => right.MatMulScratchFloats(columns, rows);

        public override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        {
            right.MatVecs(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            if (fault == Fault.Sequences)
                y[(tokens - 1) * yStride] = MathF.BitIncrement(y[(tokens - 1) * yStride]);
        }

        public override long MatVecsScratchFloats(long columns, int rows, int tokens) => right.MatVecsScratchFloats(columns, rows, tokens);
    }
}
