using Temoto.Kernels;
using Temoto.Tensors;
using Temoto.Tensors.Panels;
using Temoto.Tests.Kernels.Integers;

namespace Temoto.Tests.Tensors.Panels;

/// <summary>Rows go into panels and come out again without losing a bit.</summary>
public unsafe class PanelRowsTests
{
    [Fact]
    public void RowsComeOutAsTheyWentIn()
    {
        var types = new HashSet<DType>();
        foreach (var rows in new[] { 1, 15, 16, 53 })
        {
            foreach (var weight in IntegerDotTests.Cases(rows))
            {
                if (weight.Encoded is not null || PanelLayout.Of(weight) is not { } layout)
                    continue;
                types.Add(weight.DType);
                var inPanels = PanelRows.Lay(weight, out var memory);
                using var panels = memory;
                Assert.Equal(layout.Bytes(rows), inPanels.StoredBytes - (weight.Scales?.ByteLength ?? 0));
                using var plain = new NativeBuffer(weight.ByteLength);
                inPanels.Encoded!.DecodeRows(0, rows, plain.Data);
                Assert.True(weight.Bytes.SequenceEqual(new ReadOnlySpan<byte>(plain.Data, (int)weight.ByteLength)), $"{weight}");
                new Span<byte>(plain.Data, (int)weight.ByteLength).Clear();
                inPanels.Encoded.DecodeRows(rows - 1, rows, plain.Data);
                Assert.True(weight.Bytes[(int)((rows - 1) * weight.RowBytes)..].SequenceEqual(new ReadOnlySpan<byte>(plain.Data, (int)weight.RowBytes)), $"last row of {weight}");
            }
        }
        Assert.Equal([DType.I8, DType.I4, DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q4_K, DType.Q5_K, DType.Q6_K], types.Order());
    }

    /// <summary>A tied embedding's rows are looked up in panels. They are laid out plain at the end of the floats they become, which must not overtake them: K types are decoded out of order.</summary>
    [Fact]
    public void RowsBecomeTheSameFloats()
    {
        foreach (var weight in IntegerDotTests.Cases(19))
        {
            if (weight.Encoded is not null || PanelLayout.Of(weight) is null)
                continue;
            var inPanels = PanelRows.Lay(weight, out var memory);
            using var panels = memory;
            foreach (var name in KernelChooser.Available)
            {
                for (var row = 0; row < 19; row++)
                    Assert.True(Floats(name, weight, row).AsSpan().SequenceEqual(Floats(name, inPanels, row)), $"{name}: row {row} of {weight}");
            }
        }
    }

    private static float[] Floats(string kernels, Tensor weight, long row)
    {
        var values = new float[weight.Columns];
        fixed (float* destination = values)
            KernelChooser.Choose(kernels).DecodeRow(weight, row, destination);
        return values;
    }
}
