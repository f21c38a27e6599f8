using System.Runtime.InteropServices;
using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Logits of seeded tiny models against tests/oracle/decoder_logits.py (numpy, float64, its own reader).</summary>
public class LogitOracleTests
{
    /// <summary>The requirement: within 1e-4 of the logits' standard deviation, for kernels that sum in float32.</summary>
    internal const double Tolerance = 1e-4;

    /// <summary>
    /// The precise set rounds only between operators: a few hundred roundings of 2^-24 relative, which amount to some 1e-6.
    /// </summary>
    internal const double PreciseTolerance = 1e-5;

    internal static readonly int[] Tokens = [.. Enumerable.Range(0, 45).Select(i => (i * 37 + 11) % 250)];

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

    /// <summary>Formats of integer weights, and whether their inputs are rounded too.</summary>
    public static TheoryData<string, string> IntegerCases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var format in new[] { "int4-64", "int4-32-symmetric", "int8-channel", "int8-64-zeros", "int8-tensor", "int4-head" })
            {
                foreach (var kernels in KernelChooser.Available.Append("precise"))
                    data.Add(format, kernels);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(IntegerCases))]
    public void IntegerWeightsEqualNumpy(string format, string kernels)
    {
        using var folder = new TemporaryFolder();
        var path = Pack(folder, format switch
        {
            "int4-64" => new WeightFormat(DType.I4, 64, ZeroPoints: true),
            "int4-32-symmetric" => new WeightFormat(DType.I4, 32),
            "int8-channel" => new WeightFormat(DType.I8),
            "int8-64-zeros" => new WeightFormat(DType.I8, 64, ZeroPoints: true),
            "int8-tensor" => new WeightFormat(DType.I8, PerTensor: true),
            _ => new WeightFormat(DType.I8),
        }, format == "int4-head" ? new WeightFormat(DType.I4, 32, ZeroPoints: true) : WeightFormat.F16);
        Compare(path, ModelShapes.Get("tiny-qwen2").VocabSize, kernels, ActivationType.F32, kernels == "precise" ? PreciseTolerance : Tolerance, folder);
    }

    /// <summary>
    /// W8A8. Both sides round the same formula, ours with activations that are off by some 1e-6 of a grid step's 127: among 45 tokens x 4 inputs x 2 layers x
    /// 64 to 128 elements a few lie so near a tie that they fall to the other side. Each moves a logit by about step x weight, less than 1 % of the deviation.
    /// </summary>
    [Theory]
    [InlineData(true, "precise", null)]
    [InlineData(false, "precise", null)]
    [InlineData(true, null, null)]
    [InlineData(false, null, null)]
    [InlineData(true, null, ActivationType.F32)]
    [InlineData(false, null, ActivationType.F32)]
    [InlineData(true, "scalar", ActivationType.Int8)]
    [InlineData(false, "scalar", ActivationType.Int8)]
    public unsafe void IntegerActivationsEqualNumpy(bool isStatic, string? kernels, ActivationType? activations)
    {
        const double tolerance = 0.02;
        using var folder = new TemporaryFolder();
        using var packed = CheckpointReader.Open(Pack(folder, new WeightFormat(DType.I8, PerTensor: true), WeightFormat.F16));
        var tensors = packed.Tensors.Values.Select(tensor => tensor.Scales is null ? tensor
            : new Tensor(tensor.Name, tensor.DType, tensor.Shape, tensor.Data, tensor.ByteLength, tensor) { Scales = tensor.Scales, InputGrid = new InputGrid(isStatic ? 0.03f : null) });
        var path = folder.File("grid.temoto");
        TemotoWriter.Write(path, new TemotoContents(packed.Config, [.. tensors]), null, null, TestContext.Current.CancellationToken);
        var worst = Compare(path, packed.Config.VocabSize, kernels ?? KernelChooser.Available[0], activations, tolerance, folder);

        // And the grid matters: without it the logits are further away than the tolerance.
        using var without = LanguageModel.Load(folder.File("packed.temoto"), new ModelOptions { Precise = true });
        using var with = LanguageModel.Load(path, new ModelOptions { Precise = true });
        Assert.True(LargestDifference(with, without) > 2 * worst);
    }

    private static double LargestDifference(LanguageModel left, LanguageModel right)
    {
        var logits = new[] { left, right }.Select(model =>
        {
            using var rows = new LogitRows(model.Engine);
            var all = new float[Tokens.Length * model.Info.VocabSize];
            rows.Run(Tokens, 0, (position, row) => row.CopyTo(all.AsSpan(position * model.Info.VocabSize)), TestContext.Current.CancellationToken);
            return all;
        }).ToArray();
        return logits[0].Zip(logits[1], (a, b) => Math.Abs((double)a - b)).Max();
    }

    private static string Pack(TemporaryFolder folder, WeightFormat weights, WeightFormat head)
    {
        var directory = folder.File("float");
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 7, directory, DType.BF16, null, TestContext.Current.CancellationToken);
        using var source = CheckpointReader.Open(directory);
        var path = folder.File("packed.temoto");
        new PackJob(source, path) { Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = weights, LmHead = head, Embedding = head } }
            .Run(null, null, TestContext.Current.CancellationToken);
        return path;
    }

    private static void Compare(ModelConfig config, DType dtype, string kernels)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(config, 7, folder.Path, dtype, null, TestContext.Current.CancellationToken);
        Compare(folder.Path, config.VocabSize, kernels, ActivationType.F32, kernels == "precise" ? PreciseTolerance : Tolerance, folder);
    }

    /// <returns>The largest difference.</returns>
    internal static double Compare(string modelPath, int vocabSize, string kernels, ActivationType? activations, double tolerance, TemporaryFolder folder, string script = "decoder_logits.py", DataflowChoice? dataflow = null)
    {
        var expectedPath = folder.File("expected.f64");
        Oracle.Python(script, "", modelPath, string.Join(',', Tokens), expectedPath);
        var expected = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(expectedPath)).ToArray();
        Assert.Equal(Tokens.Length * vocabSize, expected.Length);

        using var model = LanguageModel.Load(modelPath, kernels == "precise"
            ? new ModelOptions { Precise = true }
            : new ModelOptions { Kernels = kernels, KvCache = KvCacheType.F32, Threads = 2, Activations = activations, Dataflow = dataflow });
        using var rows = new LogitRows(model.Engine);
        var actual = new float[expected.Length];
        rows.Run(Tokens, 0, (position, logits) => logits.CopyTo(actual.AsSpan(position * vocabSize)), TestContext.Current.CancellationToken);

        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(value => (value - mean) * (value - mean)));
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        TestContext.Current.SendDiagnosticMessage($"{Path.GetFileName(modelPath)} {kernels}: largest difference {worst / deviation:E1} standard deviations");
        Assert.InRange(deviation, 0.1, 10);
        Assert.True(worst <= tolerance * deviation, $"off by {worst / deviation:E2} standard deviations");
        return worst;
    }
}
