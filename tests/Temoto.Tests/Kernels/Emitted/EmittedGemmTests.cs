using Temoto.Kernels.Emitted;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels.Emitted;

public unsafe class EmittedGemmTests
{
    /// <summary>Totals are carried on from where they stood: a product in two pieces of the columns is the product in one, bit for bit.</summary>
    [Fact]
    public void TotalsGoOnWhereTheyStood()
    {
        Assert.SkipUnless(Processor.HasAvx512Vnni && Processor.RunsEmittedCode, "needs AVX512-VNNI and Linux on x86-64");
        const int blocks = 5, columns = blocks * 32, tokens = EmittedGemm.TileTokens, rows = EmittedGemm.PanelRows;
        var gemm = EmittedGemm.Load();
        var random = new Random(1);
        using var panel = new NativeBuffer(rows * columns);
        random.NextBytes(new Span<byte>(panel.Data, rows * columns));
        using var scales = KernelSetTests.RandomFloats(rows * blocks, 2);
        using var values = KernelSetTests.RandomFloats(tokens * columns, 3);
        using var x = new NativeBuffer(tokens * QuantizedRow.Bytes(columns));
        var tile = new EmittedGemm.Tile { Panel = panel.Data, Scales = scales.Floats, Blocks = blocks, SumOffset = 4 * blocks, IntegerOffset = 8 * blocks };
        for (var token = 0; token < tokens; token++)
        {
            tile.Activations[token] = (nint)(x.Data + token * QuantizedRow.Bytes(columns));
            new ScalarIntegerDot().Quantize(values.Floats + token * columns, columns, new QuantizedRow((byte*)tile.Activations[token], columns));
        }
        using var whole = KernelSetTests.RandomFloats(tokens * rows, 4);
        using var pieces = KernelSetTests.RandomFloats(tokens * rows, 4);
        var start = whole.Floats[0];
        tile.Totals = tile.Output = whole.Floats;
        gemm(&tile);
        tile.Totals = tile.Output = pieces.Floats;
        tile.Blocks = 2;
        gemm(&tile);
        tile.Blocks = blocks - 2;
        tile.Panel += 2 * 32 * rows;
        tile.Scales += 2 * rows;
        tile.ScaleOffset += 2 * 4;
        tile.SumOffset += 2 * 4;
        tile.IntegerOffset += 2 * 32;
        gemm(&tile);
        Assert.Equal(new Span<float>(whole.Data, tokens * rows).ToArray(), new Span<float>(pieces.Data, tokens * rows).ToArray());
        Assert.NotEqual(start, whole.Floats[0]);
    }
}
