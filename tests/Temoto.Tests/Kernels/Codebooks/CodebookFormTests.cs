using Temoto.Kernels;
using Temoto.Kernels.Codebooks;
using Temoto.Kernels.Integers;
using Temoto.Tensors;
using Temoto.Tensors.Panels;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Checkpoints.Gguf;
using Temoto.Tests.Models;

namespace Temoto.Tests.Kernels.Codebooks;

public sealed unsafe class CodebookFormTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Plain, encoded and in panels, whatever decodes them.</summary>
    [Theory]
    [InlineData("IQ4_NL", "Q8_0")]
    [InlineData("IQ4_XS", "I8")]
    [InlineData("MXFP4", "Q5_0")]
    [InlineData("TQ1_0", "Q4_0")]
    [InlineData("TQ2_0", "Q4_0")]
    [InlineData("IQ3_XXS", "I8")]
    [InlineData("IQ3_S", "Q5_K")]
    [InlineData("IQ2_XXS", "I8")]
    [InlineData("IQ1_S", "I8")]
    public void HasTheSameValues(string type, string form)
    {
        const int rows = 19, columns = 512;
        var dtype = Enum.Parse<DType>(type);
        using var stored = Stored(dtype, rows, columns);
        var weight = CodebookForm.Of(stored.Tensor, out var memory)!;
        using (memory)
        {
            Assert.Equal(form, $"{weight.DType}");
            Assert.True(IntegerDot.Takes(weight));
            var inPanels = PanelRows.Lay(weight, out var panels);
            using (panels)
            {
                foreach (var name in KernelChooser.Available)
                {
                    var kernels = KernelChooser.Choose(name);
                    for (var row = 0; row < rows; row++)
                    {
                        var expected = Row(kernels, stored.Tensor, row);
                        Assert.Equal(expected, Row(kernels, weight, row));
                        Assert.Equal(expected, Row(kernels, inPanels, row));
                    }
                }
            }
        }
    }

    /// <summary>No float16 has the scale, or it is too large for panels, or it is a zero's, which may be any.</summary>
    [Theory]
    [InlineData(113, 1, "I8")]
    [InlineData(114, 1, "Q5_0")]
    [InlineData(133, 1, "Q5_0")]
    [InlineData(134, 1, "I8")]
    [InlineData(0, 0x88, "Q5_0")]
    [InlineData(255, 0, "I8")]
    public void ExponentsChooseTheFormOfMxfp4(int exponent, int nibbles, string form)
    {
        using var stored = Stored(DType.MXFP4, 2, 64);
        var last = stored.Tensor.Data + 3 * 17;
        new Span<byte>(last + 1, 16).Fill((byte)nibbles);
        *last = (byte)exponent;
        var weight = CodebookForm.Of(stored.Tensor, out var memory)!;
        using (memory)
        {
            Assert.Equal(form, $"{weight.DType}");
            Assert.Equal(Row(KernelChooser.Choose("scalar"), stored.Tensor, 1), Row(KernelChooser.Choose("scalar"), weight, 1));
        }
    }

    /// <summary>Those with a scale for each 16 columns.</summary>
    [Fact]
    public void OtherTypesStayAsTheyAre()
    {
        foreach (var dtype in new[] { DType.NVFP4, DType.IQ2_XS, DType.IQ2_S, DType.IQ1_M, DType.Q4_0, DType.F16 })
        {
            using var weight = KernelSetTests.RandomWeight(dtype, 2, 256, 1);
            Assert.Null(CodebookForm.Of(weight.Tensor, out _));
        }
    }

    /// <summary>Of every type, with a tied head too: in panels, in rows that are decoded as they are needed, from a copy. Logits as with float64 sums, but for activations in int8 (as in LlamaCppTests).</summary>
    [Fact]
    public void ModelsOfEveryTypeRun()
    {
        foreach (var architecture in new[] { "llama", "qwen2" })
        {
            foreach (var dtype in CodebookBlocksTests.Types)
            {
                var path = folder.File($"{architecture}-{dtype}.gguf");
                GgufFixture.Write(path, dtype, architecture);
                int[] tokens = [72, 101, 108, 108, 111, 44, 32, 112, 117, 109, 112];
                var expected = Logits(path, new ModelOptions { Precise = true }, tokens);
                var usual = Logits(path, new ModelOptions(), tokens);
                Assert.InRange(Difference(expected, usual), 0, 0.03);
                Assert.InRange(Difference(expected, Logits(path, new ModelOptions { Repack = RepackChoice.Never, PackedWeights = PackedWeightsChoice.Keep }, tokens)), 0, 0.03);
                Assert.InRange(Difference(expected, Logits(path, new ModelOptions { Activations = ActivationType.F32, KvCache = KvCacheType.F32 }, tokens)), 0, 1e-4);
                Assert.InRange(Difference(expected, Logits(path, new ModelOptions { Load = ModelLoad.Copy }, tokens)), 0, 0.03);
            }
        }
    }

    private static float[] Logits(string path, ModelOptions options, int[] tokens)
    {
        using var model = LanguageModel.Load(path, options);
        return GoldenLogits.Of(model, tokens);
    }

    private static double Difference(float[] expected, float[] actual) => Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);

    private static uint[] Row(KernelSet kernels, Tensor weight, long row)
    {
        var values = new float[weight.Columns];
        fixed (float* destination = values)
            kernels.DecodeRow(weight, row, destination);
        return [.. values.Select(BitConverter.SingleToUInt32Bits)];
    }

    private static KernelSetTests.OwnedTensor Stored(DType dtype, int rows, int columns)
    {
        var bytes = RandomBlocks.Make(dtype, rows * columns, 0.1f, new Random(5));
        var buffer = new NativeBuffer(bytes.Length);
        bytes.CopyTo(new Span<byte>(buffer.Data, bytes.Length));
        return new KernelSetTests.OwnedTensor(new Tensor("w", dtype, [rows, columns], buffer.Data, bytes.Length, buffer), buffer);
    }
}
