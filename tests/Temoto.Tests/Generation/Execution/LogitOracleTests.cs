using System.Runtime.InteropServices;
using Temoto.Formats;
using Temoto.Generation.Evaluation;
using Temoto.Kernels;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Logits of seeded tiny models against tests/oracle/decoder_logits.py (numpy, float64, its own reader).</summary>
public class LogitOracleTests
{
    /// <summary>The requirement: within 1e-4 of the logits' standard deviation, for kernels that sum in float32.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>
    /// The precise set rounds only between operators: a few hundred roundings of 2^-24 relative, which amount to some 1e-6.
    /// </summary>
    private const double PreciseTolerance = 1e-5;

    private static readonly int[] Tokens = [.. Enumerable.Range(0, 45).Select(i => (i * 37 + 11) % 250)];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var shape in new[] { "tiny-qwen2", "tiny-llama", "tiny-qwen3" })
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

    [Fact]
    public void LogitsWithLlama3RopeScalingEqualNumpy() => Compare(
        ModelShapes.Get("tiny-llama") with { RopeScaling = new RopeScaling("llama3", 8, 1, 4, 16), RopeTheta = 10000 }, DType.F32, "precise");

    [Fact]
    public void LogitsWithLinearRopeScalingEqualNumpy() => Compare(
        ModelShapes.Get("tiny-llama") with { RopeScaling = new RopeScaling("linear", 4, 1, 1, 0) }, DType.F16, "precise");

    [Fact]
    public void UntiedAndBiasedVariantsEqualNumpy()
    {
        Compare(ModelShapes.Get("tiny-qwen2") with { TieWordEmbeddings = false }, DType.F32, "precise");
        Compare(ModelShapes.Get("tiny-llama") with { TieWordEmbeddings = true, AttentionBias = true, MlpBias = true }, DType.F32, "precise");
    }

    private static void Compare(ModelConfig config, DType dtype, string kernels)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(config, 7, folder.Path, dtype, null, TestContext.Current.CancellationToken);
        var expectedPath = folder.File("expected.f64");
        Oracle.Python("decoder_logits.py", "", folder.Path, string.Join(',', Tokens), expectedPath);
        var expected = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(expectedPath)).ToArray();
        Assert.Equal(Tokens.Length * config.VocabSize, expected.Length);

        using var model = LanguageModel.Load(folder.Path, kernels == "precise"
            ? new ModelOptions { Precise = true }
            : new ModelOptions { Kernels = kernels, KvCache = KvCacheType.F32, Threads = 2 });
        using var rows = new LogitRows(model.Engine);
        var actual = new float[expected.Length];
        rows.Run(Tokens, 0, (position, logits) => logits.CopyTo(actual.AsSpan(position * config.VocabSize)), TestContext.Current.CancellationToken);

        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        TestContext.Current.SendDiagnosticMessage($"{config.ModelType} {dtype} {kernels}: largest difference {worst / deviation:E1} standard deviations");
        Assert.InRange(deviation, 0.1, 10);
        Assert.True(worst <= (kernels == "precise" ? PreciseTolerance : Tolerance) * deviation, $"off by {worst / deviation:E2} standard deviations");
    }
}
