using System.Runtime.InteropServices;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Execution;

namespace Temoto.Tests.Models;

/// <summary>ViT and DeiT against tests/oracle/vit_logits.py (numpy, float64); bounds as in <see cref="LogitOracleTests"/>.</summary>
public class VitTests
{
    /// <summary>Deviation of a logit among classes is about 1 here; of all pictures' logits together likewise.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var shape in new[] { "tiny-vit", "tiny-deit" })
            {
                foreach (var kernels in KernelChooser.Available.Append("precise"))
                    data.Add(shape, kernels);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogitsEqualNumpyInFloat64(string shape, string kernels) => Compare(ModelShapes.Get(shape), DType.BF16, kernels);

    [Theory]
    [InlineData(DataflowChoice.Gemm)]
    [InlineData(DataflowChoice.Tphs)]
    public void BothDataflowsEqualNumpy(DataflowChoice dataflow)
    {
        foreach (var kernels in KernelChooser.Available)
            Compare(ModelShapes.Get("tiny-deit"), DType.F32, kernels, 72, 120, dataflow);
    }

    [Fact]
    public void OneHeadOfADeitAndNoBiasesEqualNumpyToo()
    {
        var deit = ModelShapes.Get("tiny-deit");
        Compare(deit with { Vision = deit.Vision! with { DistillationClassifier = false }, AttentionBias = false, LayerNormEps = 0.1f }, DType.F32, "precise");
    }

    /// <summary>Larger, smaller, and of another shape than what the model was trained on.</summary>
    [Theory]
    [InlineData("tiny-vit", 40, 24)]
    [InlineData("tiny-vit", 64, 96)]
    [InlineData("tiny-deit", 8, 16)]
    public void PositionsOfOtherSizesEqualNumpy(string shape, int height, int width) => Compare(ModelShapes.Get(shape), DType.F16, "precise", height, width);

    [Fact]
    public void PublishedShapesHaveTheirPublishedSize()
    {
        foreach (var (name, parameters) in new[] { ("deit-t", 5_717_416L), ("deit-s", 22_050_664L), ("deit-b", 86_567_656L), ("vit-b-16", 86_567_656L), ("deit-b-distilled", 87_338_192L) })
            Assert.Equal(parameters, ModelTypes.Of(ModelShapes.Get(name)).FileTensors(ModelShapes.Get(name)).Sum(use => Elements([.. use.Shape])));
    }

    /// <summary>Seeded pixels, uniform from -1 to 1.</summary>
    internal static float[][] Pictures(int count, int height, int width)
    {
        var random = new Random(9);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 3 * height * width).Select(_ => random.NextSingle() * 2 - 1).ToArray())];
    }

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, dimension) => product * dimension);

    private static void Compare(ModelConfig config, DType dtype, string kernels, int? height = null, int? width = null, DataflowChoice? dataflow = null)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(config, 7, folder.File("model"), dtype, null, TestContext.Current.CancellationToken);
        Compare(folder, folder.File("model"), kernels, height ?? config.Vision!.ImageHeight, width ?? config.Vision!.ImageWidth, kernels == "precise" ? LogitOracleTests.PreciseTolerance : LogitOracleTests.Tolerance, dataflow);
    }

    internal static void Compare(TemporaryFolder folder, string path, string kernels, int height, int width, double tolerance, DataflowChoice? dataflow = null)
    {
        var pictures = Pictures(8, height, width);
        var pixels = folder.Write("pixels.f32", MemoryMarshal.AsBytes(pictures.SelectMany(picture => picture).ToArray().AsSpan()).ToArray());
        Oracle.Python("vit_logits.py", "", path, pixels, $"{height}", $"{width}", folder.File("expected.f64"));
        var expected = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(folder.File("expected.f64"))).ToArray();

        using var model = VisionModel.Load(path, kernels == "precise"
            ? new ModelOptions { Precise = true }
            : new ModelOptions { Kernels = kernels, KvCache = KvCacheType.F32, Threads = 2, Activations = ActivationType.F32, Dataflow = dataflow });
        var actual = model.Classify(pictures, height, width).SelectMany(scores => scores.OrderBy(score => score.Index).Select(score => score.Logit)).ToArray();
        Assert.Equal(expected.Length, actual.Length);
        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        TestContext.Current.SendDiagnosticMessage($"{Path.GetFileName(path)} {kernels}: largest difference {worst / deviation:E1} standard deviations");
        Assert.InRange(deviation, 0.1, 10);
        Assert.True(worst <= tolerance * deviation, $"off by {worst / deviation:E2} standard deviations");
    }
}
