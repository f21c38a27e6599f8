using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels.Floats;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation.Seeded;

public unsafe class SeededMemoryTests
{
    private const string Matrix = "model.layers.1.mlp.down_proj.weight";

    private static ModelConfig Tiny => ModelShapes.Get("tiny-qwen2");

    [Fact]
    public void FloatsAreThoseOfTheCheckpointOnDisk()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(Tiny, 5, folder.Path, DType.BF16, null, default);
        using var written = CheckpointReader.Open(folder.Path);
        using var made = SeededMemory.Create("tiny", Tiny, DType.BF16, 5, default);
        Assert.Equal(written.Tensors.Keys.Order(), made.Tensors.Keys.Order());
        foreach (var (name, tensor) in written.Tensors.Where(item => item.Value.Shape.Length == 2))
            Assert.True(tensor.Bytes.SequenceEqual(made.Tensors[name].Bytes), name);
    }

    [Theory]
    [InlineData("f16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    [InlineData("int4")]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    public void EveryTypeHasTheStandardDeviationOfItsLayer(string type)
    {
        using var made = SeededMemory.Create("tiny", Tiny, SeededMemory.WeightTypes.Single(item => item.Name == type).Type, 5, default);
        var tensor = made.Tensors[Matrix];
        var (_, expected) = SeededCheckpoint.Distribution(Tiny, Matrix, tensor.Shape);
        var values = new float[tensor.ElementCount];
        fixed (float* row = values)
        {
            for (long i = 0; i < tensor.Rows; i++)
                new ScalarKernelSet().DecodeRow(tensor, i, row + i * tensor.Columns);
        }
        var mean = values.Average();
        // 64 x 160 numbers: the mean strays by 1 % of a deviation, the deviation by 0.7 % (3 of those, and 1 % for rounding to 4 bits and to float16 scales).
        Assert.InRange(mean, -0.04 * expected, 0.04 * expected);
        Assert.InRange(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 0.96 * expected, 1.04 * expected);
    }

    [Fact]
    public void SeedsDifferAndRepeat()
    {
        using var first = SeededMemory.Create("tiny", Tiny, DType.I4, 5, default);
        using var again = SeededMemory.Create("tiny", Tiny, DType.I4, 5, default);
        using var other = SeededMemory.Create("tiny", Tiny, DType.I4, 6, default);
        Assert.True(first.Tensors[Matrix].Bytes.SequenceEqual(again.Tensors[Matrix].Bytes));
        Assert.False(first.Tensors[Matrix].Bytes.SequenceEqual(other.Tensors[Matrix].Bytes));
    }

    [Fact]
    public void RowsThatAreNoWholeBlocksAreRefused()
    {
        var config = Tiny with { IntermediateSize = 168 };
        var error = Assert.Throws<InputException>(() => SeededMemory.Create("odd", config, DType.Q4_0, 5, default).Dispose());
        Assert.Contains("rows of 168 weights", error.Message, StringComparison.Ordinal);
    }
}
