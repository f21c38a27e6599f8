using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Plans;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation.Execution;

/// <summary>The two dataflows and split decode compute the same model; what differs is what they store.</summary>
public class DataflowTests
{
    /// <summary>More than a chunk of TPHS (128 tokens), a tail, and more positions than a piece of decode (256).</summary>
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 297).Select(i => (i * 31 + 5) % 250)];

    public static TheoryData<string, string, KvCacheType> Cases => new()
    {
        { "tiny-qwen2", "F32", KvCacheType.F32 },
        { "tiny-qwen3", "BF16", KvCacheType.F16 },
        { "tiny-llama", "Q8_0", KvCacheType.F16 },
        { "tiny-qwen2", "Q4_0", KvCacheType.Int8 },
        // Scores with a scale of their own, with the plain product and with that of integers.
        { "tiny-granite", "F32", KvCacheType.F32 },
        { "tiny-granite", "Q4_0", KvCacheType.Int8 },
        // Layers that are not alike.
        { "tiny-smollm3", "BF16", KvCacheType.F16 },
        // A window and caps.
        { "tiny-gemma2", "F32", KvCacheType.F16 },
        { "tiny-gemma2", "BF16", KvCacheType.Int8 },
        // Convolutions, of floats and of half floats.
        { "tiny-lfm2", "F32", KvCacheType.F32 },
        // Sinks, and a window.
        { "tiny-bloom", "F32", KvCacheType.F16 },
        { "tiny-bloom", "BF16", KvCacheType.Int8 },
        { "tiny-gpt-oss", "F32", KvCacheType.F16 },
        { "tiny-gpt-oss", "BF16", KvCacheType.Int8 },
        { "tiny-lfm2", "Q8_0", KvCacheType.F16 },
        { "tiny-lfm2", "BF16", KvCacheType.Int8 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TphsEqualsGemmMode(string shape, string weights, KvCacheType kv)
    {
        using var folder = new TemporaryFolder();
        var path = Write(shape, weights, folder);
        var gemm = Logits(path, kv, DataflowChoice.Gemm, out var gemmPlan);
        var tphs = Logits(path, kv, DataflowChoice.Tphs, out var tphsPlan);
        Assert.Contains(gemmPlan.Steps, step => step.Step.Kind == StepKind.Scores);
        Assert.DoesNotContain(tphsPlan.Steps, step => step.Step.Kind is StepKind.Scores or StepKind.Softmax or StepKind.WeightedValues);
        Assert.All(tphsPlan.Steps.Where(step => step.Step.Kind == StepKind.TphsAttention), step => Assert.Equal(DataflowMode.Tphs, step.Step.Mode));
        Assert.Equal(tphsPlan.Kv!.Layers, tphsPlan.Steps.Count(step => step.Step.Kind == StepKind.TphsAttention));
        AssertClose(gemm, tphs);
    }

    /// <summary>The prompt in one run, in runs of odd lengths, and its end token by token.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void ChunkedPrefillAndDecodeEqualOneRun(string shape, string weights, KvCacheType kv)
    {
        using var folder = new TemporaryFolder();
        var path = Write(shape, weights, folder);
        var expected = Logits(path, kv, DataflowChoice.Tphs, out _);
        using var model = LanguageModel.Load(path, new ModelOptions { KvCache = kv, ContextTokens = Tokens.Length + 3 });
        using var cache = model.Engine.NewCache();
        using var prefill = model.Engine.NewExecutor(model.Engine.NewPlan(Phase.Prefill, 150, 1));
        using var decode = model.Engine.NewExecutor(model.Engine.DecodePlan);
        prefill.Forward(Tokens.AsSpan(0, 131), cache, 1);
        prefill.Forward(Tokens.AsSpan(131, 17), cache, 1);
        prefill.Forward(Tokens.AsSpan(148, 140), cache, 1);
        float[] last = [];
        foreach (var token in Tokens[288..])
            last = decode.Forward([token], cache, 1).ToArray();
        AssertClose(expected[^last.Length..], last);
    }

    private static string Write(string shape, string dtype, TemporaryFolder folder)
    {
        var weights = Enum.Parse<DType>(dtype);
        var directory = folder.File("float");
        SeededCheckpoint.Write(ModelShapes.Get(shape) with { MaxPositionEmbeddings = 512 }, 3, directory, weights.BlockElements() == 1 ? weights : DType.F32, null, TestContext.Current.CancellationToken);
        if (weights.BlockElements() == 1)
            return directory;
        using var checkpoint = CheckpointReader.Open(directory);
        GgufExport.Write(checkpoint, folder.File("m.gguf"), weights, null, TestContext.Current.CancellationToken);
        return folder.File("m.gguf");
    }

    private static float[] Logits(string path, KvCacheType kv, DataflowChoice dataflow, out Plan plan)
    {
        using var model = LanguageModel.Load(path, new ModelOptions { KvCache = kv, Dataflow = dataflow, ContextTokens = Tokens.Length + 3 });
        plan = model.Engine.NewPlan(Phase.Prefill, Tokens.Length, Tokens.Length);
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(plan);
        return executor.Forward(Tokens, cache, Tokens.Length).ToArray();
    }

    /// <summary>
    /// Where nothing is rounded to a grid, float32 sums in another order move logits by about 1e-6 of their standard deviation. A value that lies at the edge of a grid
    /// (int8 activations, KV and queries: steps of 1/127 of the largest) may fall to either side and move a logit by a step's share: 5 % of the standard deviation bounds a few of them at once, and
    /// the mean difference is held to 0.2 %.
    /// </summary>
    private static void AssertClose(float[] expected, float[] actual)
    {
        var mean = expected.Average();
        var deviation = Math.Sqrt(expected.Average(x => (x - mean) * (x - mean)));
        var differences = expected.Zip(actual, (x, y) => Math.Abs((double)x - y) / deviation).ToArray();
        Assert.True(differences.Max() < 5e-2 && differences.Average() < 2e-3, $"largest {differences.Max():g3}, mean {differences.Average():g3} of the standard deviation");
    }
}
