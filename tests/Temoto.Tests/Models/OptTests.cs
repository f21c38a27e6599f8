using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Models.GptLike;
using Temoto.Quantization;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Generation.Execution;

namespace Temoto.Tests.Models;

/// <summary>Both variants of OPT against tests/oracle/opt_logits.py (numpy, float64); bounds as in <see cref="LogitOracleTests"/>.</summary>
public class OptTests
{
    private const string Script = "opt_logits.py";

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var shape in new[] { "tiny-opt", "tiny-opt-post" })
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
        using var folder = new TemporaryFolder();
        var config = ModelShapes.Get("tiny-opt");
        SeededCheckpoint.Write(config, 7, folder.Path, DType.F32, null, TestContext.Current.CancellationToken);
        foreach (var kernels in KernelChooser.Available)
            LogitOracleTests.Compare(folder.Path, config.VocabSize, kernels, ActivationType.F32, LogitOracleTests.Tolerance, folder, Script, dataflow);
    }

    [Fact]
    public void UntiedUnbiasedAndWithoutTheFinalNormTheyEqualNumpyToo()
    {
        Compare(ModelShapes.Get("tiny-opt") with { TieWordEmbeddings = false, AttentionBias = false, MlpBias = false }, DType.F32, "precise");
        Compare(ModelShapes.Get("tiny-opt-post") with { TieWordEmbeddings = false }, DType.F16, "precise");
        Compare(ModelShapes.Get("tiny-opt") with { RemoveFinalLayerNorm = true, WordEmbedProjDim = 80 }, DType.F32, "precise");
    }

    /// <summary>Integer weights in groups and per tensor, the head as well.</summary>
    [Theory]
    [InlineData("tiny-opt", true)]
    [InlineData("tiny-opt-post", false)]
    public void IntegerWeightsEqualNumpy(string shape, bool four)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get(shape), 7, folder.File("float"), DType.BF16, null, TestContext.Current.CancellationToken);
        using var source = CheckpointReader.Open(folder.File("float"));
        var path = folder.File("packed.temoto");
        var head = four ? WeightFormat.F16 : new WeightFormat(DType.I8);
        new PackJob(source, path)
        {
            Quantization = new QuantizationSettings { Method = QuantizationMethod.Rtn, Weights = four ? new WeightFormat(DType.I4, 32, ZeroPoints: true) : new WeightFormat(DType.I8, PerTensor: true), LmHead = head, Embedding = head },
        }.Run(null, null, TestContext.Current.CancellationToken);
        LogitOracleTests.Compare(path, source.Config.VocabSize, "precise", ActivationType.F32, LogitOracleTests.PreciseTolerance, folder, Script);
        LogitOracleTests.Compare(path, source.Config.VocabSize, KernelChooser.Available[0], ActivationType.F32, LogitOracleTests.Tolerance, folder, Script);
    }

    /// <summary>Checkpoints of the bare decoder name their tensors without "model.".</summary>
    [Fact]
    public void TensorsOfTheBareDecoderAreFound()
    {
        using var folder = new TemporaryFolder();
        var config = ModelShapes.Get("tiny-opt");
        SeededCheckpoint.Write(config, 7, folder.File("full"), DType.F32, null, TestContext.Current.CancellationToken);
        using (var full = CheckpointReader.Open(folder.File("full")))
        {
            Directory.CreateDirectory(folder.File("bare"));
            var entries = full.Tensors.Values.Select(tensor => new TensorEntry(tensor.Name["model.".Length..], tensor.DType, tensor.Shape)).ToList();
            using var writer = new SafetensorsWriter(folder.File("bare/model.safetensors"), entries, new Dictionary<string, string>());
            foreach (var tensor in full.Tensors.Values)
                writer.Write(tensor.Bytes);
            writer.Commit();
        }
        File.Copy(folder.File("full/config.json"), folder.File("bare/config.json"));
        using var bare = CheckpointReader.Open(folder.File("bare"));
        Assert.Equal(new Opt().Build(config).Weights.Select(use => use.Name).Order(), bare.Tensors.Keys.Order());
        LogitOracleTests.Compare(folder.File("bare"), config.VocabSize, "precise", ActivationType.F32, LogitOracleTests.PreciseTolerance, folder, Script);
    }

    /// <summary>One position after the other gives what all together give: the table of positions is read at the cache's length.</summary>
    [Fact]
    public void PositionsGoOnFromTheCache()
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(ModelShapes.Get("tiny-opt-post"), 7, folder.Path, DType.F32, null, TestContext.Current.CancellationToken);
        using var model = LanguageModel.Load(folder.Path, new ModelOptions { Precise = true });
        using var whole = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Temoto.Plans.Phase.Prefill, 8, 1));
        var expected = executor.Forward(LogitOracleTests.Tokens.AsSpan(0, 8), whole, 1).ToArray();
        using var stepwise = model.Engine.NewCache();
        foreach (var token in LogitOracleTests.Tokens[..7])
            executor.Forward([token], stepwise, 1);
        Assert.Equal(expected, executor.Forward([LogitOracleTests.Tokens[7]], stepwise, 1).ToArray());
    }

    private static void Compare(ModelConfig config, DType dtype, string kernels)
    {
        using var folder = new TemporaryFolder();
        SeededCheckpoint.Write(config, 7, folder.Path, dtype, null, TestContext.Current.CancellationToken);
        LogitOracleTests.Compare(folder.Path, config.VocabSize, kernels, ActivationType.F32, kernels == "precise" ? LogitOracleTests.PreciseTolerance : LogitOracleTests.Tolerance, folder, Script);
    }
}
