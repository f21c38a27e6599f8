using Temoto.Kernels;
using Temoto.Kernels.Floats;
using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Tests.Tensors.Panels;

/// <summary>Float weights in panels: rows keep every bit, and products are those of rows.</summary>
public unsafe class FloatRowTests
{
    /// <summary>Elements of both signs over many magnitudes, subnormal halves among them, in all float types; one column block and several, whole registers of rows and not.</summary>
    internal static IEnumerable<Tensor> Cases(int rows)
    {
        foreach (var dtype in new[] { DType.F32, DType.F16, DType.BF16 })
        {
            foreach (var columns in new[] { 32, 96, 192, 416 })
                yield return Seeded(dtype, rows, columns);
        }
    }

    private static Tensor Seeded(DType dtype, int rows, int columns)
    {
        var random = new Random(rows * 31 + columns);
        var memory = new NativeBuffer(dtype.RowBytes(columns) * rows);
        for (var i = 0; i < rows * columns; i++)
        {
            var value = (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-20, 3)));
            if (dtype == DType.F32)
                memory.Floats[i] = value;
            else
                ((ushort*)memory.Data)[i] = dtype == DType.F16 ? BitConverter.HalfToUInt16Bits((Half)value) : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
        return new Tensor($"{dtype} {rows} x {columns}", dtype, [rows, columns], memory.Data, memory.ByteLength, memory);
    }

    [Fact]
    public void RowsComeOutAsTheyWentIn()
    {
        foreach (var rows in new[] { 1, 16, 53 })
        {
            foreach (var weight in Cases(rows))
            {
                var laid = PanelRows.Lay(weight, out var memory);
                using var panels = memory;
                using var plain = new NativeBuffer(weight.ByteLength);
                laid.Encoded!.DecodeRows(0, rows, plain.Data);
                Assert.True(weight.Bytes.SequenceEqual(new ReadOnlySpan<byte>(plain.Data, (int)weight.ByteLength)), weight.Name);
            }
        }
    }

    /// <summary>Bit for bit where rows meet their tokens in panels too, which are turned first; few tokens meet rows in another order of sums, which is checked against the specification.</summary>
    [Fact]
    public void ProductsAreThoseOfRows()
    {
        foreach (var name in KernelChooser.Available)
        {
            var kernels = KernelChooser.Choose(name, floatProducts: false);
            if (!kernels.MultipliesFloatPanels)
                continue;
            foreach (var weight in Cases(rows: 80))
            {
                var laid = PanelRows.Lay(weight, out var memory);
                using var panels = memory;
                foreach (var tokens in new[] { 1, 5, 6, 47, 50, 61 })
                {
                    // From a whole panel on, from within one, and to the middle of one.
                    foreach (var (start, end) in new[] { (0, 80), (16, 59), (3, 33), (77, 80), (13, 14), (31, 72) })
                    {
                        var actual = Product(kernels, laid, start, end, tokens);
                        var expected = Product(tokens < 48 ? new ScalarKernelSet() : kernels, weight, start, end, tokens);
                        // Sums of floats in another order: each is off by columns * 2^-24 of the sum of magnitudes at most, here below 8.
                        Assert.True(
                            tokens < 48 ? expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() < weight.Columns * 8 * MathF.Pow(2, -23) : expected.AsSpan().SequenceEqual(actual),
                            $"{name}: {weight.Name}, rows {start} to {end}, {tokens} tokens");
                    }
                }
            }
        }
    }

    private static float[] Product(KernelSet kernels, Tensor weight, int start, int end, int tokens)
    {
        var columns = (int)weight.Columns;
        using var x = new NativeBuffer((long)tokens * columns * sizeof(float));
        using var bias = new NativeBuffer(weight.Rows * sizeof(float));
        using var scratch = new NativeBuffer(kernels.MatMulScratchFloats(columns, end - start) * sizeof(float));
        for (var i = 0; i < tokens * columns; i++)
            x.Floats[i] = (i * 37 % 101 - 50) / 400f;
        for (var row = 0; row < weight.Rows; row++)
            bias.Floats[row] = row / 64f;
        var y = new float[tokens * (end - start)];
        fixed (float* destination = y)
            kernels.MatMul(weight, start, end, bias.Floats, x.Floats, tokens, destination, end - start, scratch.Floats);
        return y;
    }
}
