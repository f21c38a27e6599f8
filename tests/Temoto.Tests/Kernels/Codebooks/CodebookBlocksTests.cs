using System.Text.Json;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Kernels;
using Temoto.Kernels.Codebooks;
using Temoto.Tensors;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Models;

namespace Temoto.Tests.Kernels.Codebooks;

/// <summary>Against values by GGUF's own Python library (shared/data/golden-checkpoints/gguf-types), and of every kernel set against the specification.</summary>
public sealed unsafe class CodebookBlocksTests
{
    internal static DType[] Types { get; } = [.. Enum.GetValues<DType>().Where(CodebookBlocks.Has)];

    /// <summary>Those of the data: block types that were read before too.</summary>
    [Fact]
    public void EveryPublishedTypeEqualsItsLibraryBitForBit()
    {
        var folder = RepositoryPaths.DataPath("golden-checkpoints/gguf-types");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var seen = new List<DType>();
        foreach (var type in document.RootElement.GetProperty("types").EnumerateObject())
        {
            using var file = GgufFile.Open(Path.Combine(folder, $"{type.Name}.gguf"));
            var tensor = Assert.Single(file.Tensors.Values);
            Assert.Equal(type.Name, $"{tensor.DType}");
            var expected = GoldenLogits.Floats(Path.Combine(folder, $"{type.Name}.f32"));
            Assert.Equal(expected.Length, tensor.ElementCount);
            var actual = new float[expected.Length];
            fixed (float* destination = actual)
            {
                for (long row = 0; row < tensor.Rows; row++)
                    BlockDecoder.DecodeRow(tensor, row, destination + row * tensor.Columns);
            }
            Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
            seen.Add(tensor.DType);
        }
        Assert.Superset(Types.ToHashSet(), seen.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(KernelSetTests.Sets), MemberType = typeof(KernelSetTests))]
    public void EveryKernelSetDecodesAlike(string name)
    {
        var kernels = KernelChooser.Choose(name);
        foreach (var dtype in Types)
        {
            var bytes = RandomBlocks.Make(dtype, 512, 0.5f, new Random(3));
            var (expected, actual) = (new float[512], new float[512]);
            fixed (byte* data = bytes)
            fixed (float* expectedAt = expected, actualAt = actual)
            {
                BlockDecoder.DecodeRow(dtype, data, expectedAt, 512);
                kernels.DecodeRow(new Tensor("w", dtype, [1, 512], data, bytes.Length, bytes), 0, actualAt);
            }
            Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
            Assert.True(expected.Distinct().Count() > 2, $"{dtype}");
        }
    }

    /// <summary>Tables as ggml has them: sizes, and that no entry stands twice.</summary>
    [Fact]
    public void GridsAreWhole()
    {
        Assert.Equal([256, 512, 1024, 256, 512, 2048], new[] { Grids.IQ2_XXS, Grids.IQ2_XS, Grids.IQ2_S, Grids.IQ3_XXS, Grids.IQ3_S, Grids.IQ1_S }.Select(grid => grid.Distinct().Count()));
        Assert.Equal<ulong>([0x0808080808080808, 0x2b2b2b2b2b2b2b2b], [Grids.IQ2_S[0], Grids.IQ2_S[^1]]);
        Assert.Equal<ulong>([0x04040404, 0x3e341c04], [Grids.IQ3_XXS[0], Grids.IQ3_XXS[^1]]);
        Assert.Equal<ulong>([0x01010101, 0x0f0f0101], [Grids.IQ3_S[0], Grids.IQ3_S[^1]]);
        Assert.Equal<ulong>([0xffffffffffffffff, 0x0101010101010101], [Grids.IQ1_S[0], Grids.IQ1_S[^1]]);
    }
}
