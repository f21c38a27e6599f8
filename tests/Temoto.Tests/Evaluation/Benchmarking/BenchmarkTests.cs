using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class BenchmarkTests
{
    private static LanguageModel Load(int context) =>
        LanguageModel.Load(SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2"), DType.I4, 1, default), new ModelOptions { Threads = 2, ContextTokens = context });

    [Fact]
    public void EveryTestOfEveryVariantIsTimedInEveryRound()
    {
        BenchmarkTest[] tests = [new(Phase.Prefill, 7), new(Phase.Decode, 3), new(Phase.Decode, 2, Depth: 20)];
        using var model = Load(22);
        using var first = new LanguageVariant(model.Engine, "auto", "f16");
        using var second = new LanguageVariant(model.Engine, "auto", "f16");
        var reported = new List<(int Done, int All)>();
        var benchmark = Benchmark.Run([first, second], tests, 3, (done, all) => reported.Add((done, all)), TestContext.Current.CancellationToken);

        Assert.Equal(["pp7", "pp7", "tg3", "tg3", "tg2@20", "tg2@20"], benchmark.Results.Select(result => result.Test.Name));
        Assert.Equal(Enumerable.Range(1, 24).Select(done => (done, 24)), reported);
        Assert.All(benchmark.Results, result => Assert.True(result.TokensPerSecond.Min > 0 && result.TokensPerSecond.Min <= result.TokensPerSecond.Median && result.TokensPerSecond.Median <= result.TokensPerSecond.Max));
        Assert.All(benchmark.Results, result => Assert.True(result.ActivationBytes > 0));
        Assert.True(benchmark.ReadSamples.Min > 0);
        // What memory gives is the most of what it gave; weights that the cache holds are not judged by it.
        Assert.Equal(benchmark.ReadSamples.Max, benchmark.ReadBytesPerSecond);
        Assert.Equal(0, benchmark.NoisyRounds);
        Assert.True(benchmark.PeakResidentBytes > 0);
    }

    [Fact]
    public void BytesAreThePlansOfEachPosition()
    {
        using var model = Load(30);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        var plan = model.Engine.Plan.DecodeFigures;
        var decode = BenchmarkResult.Of(variant, new BenchmarkTest(Phase.Decode, 4, Depth: 20), [1.0]);
        Assert.Equal(plan.WeightBytes, decode.WeightBytesPerToken);
        Assert.Equal(Enumerable.Range(20, 4).Sum(plan.BytesPerToken) / 4, decode.BytesPerToken);
        Assert.Equal(4, decode.TokensPerSecond.Median);
        Assert.Equal(decode.BytesPerToken * 4 / 1e6, decode.RooflineFraction(1e6), 1e-9);

        // A prompt of ten tokens reads the weights once, and moves what the ledger says.
        var prefill = BenchmarkResult.Of(variant, new BenchmarkTest(Phase.Prefill, 10), [1.0]);
        Assert.Equal(model.Engine.Plan.PrefillFigures.WeightBytes / 10, prefill.WeightBytesPerToken);
        Assert.Equal(model.Engine.Plan.PrefillBytes(10, 0, 1) / 10, prefill.BytesPerToken);
    }

    /// <summary>A run of three sequences reads the weights once, and gives three tokens.</summary>
    [Fact]
    public void SequencesShareTheWeights()
    {
        using var model = Load(30);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        var test = new BenchmarkTest(Phase.Decode, 4, Depth: 20, Sequences: 3);
        Assert.Equal("tg4x3@20", test.Name);
        Assert.True(variant.Run(test, default) > 0);
        Assert.True(variant.Run(test with { Sequences = 1 }, default) > 0);
        var plan = new PlanFigures(model.Engine.Plan.Batch!);
        var result = BenchmarkResult.Of(variant, test, [1.0]);
        Assert.Equal(12, result.TokensPerSecond.Median);
        Assert.Equal(4, result.TokensPerSecondPerSequence.Median);
        Assert.InRange(result.WeightBytesPerToken, plan.WeightBytes / 3, plan.WeightBytes / 3 * 1.05);
        Assert.Equal(Enumerable.Range(20, 4).Sum(position => plan.BytesPerRun(3, position)) / 4.0, result.BytesPerRun, 3.0);
        Assert.Equal(plan.BytesPerRun(1, 20), model.Engine.Plan.DecodeFigures.BytesPerToken(20));
    }

    [Fact]
    public void APictureReadsTheWeightsOnceAndMovesWhatTheLedgerSays()
    {
        var options = new ModelOptions { Threads = 2 };
        using var model = new BenchmarkModel(SeededMemory.Create("tiny", ModelShapes.Get("tiny-deit"), DType.I8, 1, default), "gemm", "f16", options with { Dataflow = DataflowChoice.Gemm });
        model.Add("tphs", "f16", options with { Dataflow = DataflowChoice.Tphs });
        Assert.True(model.IsVision);
        Assert.Equal(new BenchmarkTest(Phase.Prefill, 17, Picture: true), model.PictureTest);
        foreach (var variant in model.Variants)
        {
            Assert.True(variant.Run(model.PictureTest, default) > 0);
            var result = BenchmarkResult.Of(variant, model.PictureTest, [0.5]);
            Assert.Equal(variant.Plan.PrefillFigures.WeightBytes / 17, result.WeightBytesPerToken);
            Assert.Equal(variant.Plan.PrefillBytes(17, 0, 1) / 17, result.BytesPerToken);
            Assert.Equal(34, result.TokensPerSecond.Median);
            Assert.Equal(2, result.PicturesPerSecond!.Value.Median, 1e-12);
        }
        Assert.DoesNotContain(model.Variants[0].Plan.Prefill.Steps, step => step.Step.Mode == DataflowMode.Tphs);
        Assert.Contains(model.Variants[1].Plan.Prefill.Steps, step => step.Step.Mode == DataflowMode.Tphs);
    }

    [Fact]
    public void TheCacheIsAsDeepAsTheTestSaysWhateverRanBefore()
    {
        using var model = Load(64);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        // A cache that were too long or too short would throw: it holds 64.
        foreach (var depth in (int[])[60, 0, 31, 60])
            Assert.True(variant.Run(new BenchmarkTest(Phase.Decode, 4, depth), default) > 0);
        Assert.True(variant.Run(new BenchmarkTest(Phase.Prefill, 64), default) > 0);
        Assert.True(variant.Run(new BenchmarkTest(Phase.Decode, 4, 60), default) > 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => variant.Run(new BenchmarkTest(Phase.Decode, 5, 60), default));
    }

    [Theory]
    [InlineData(new[] { 3.0 }, 3, 3, 3)]
    [InlineData(new[] { 4.0, 1, 2 }, 2, 1, 4)]
    [InlineData(new[] { 4.0, 1, 2, 3 }, 2.5, 1, 4)]
    public void ASpreadIsMedianLeastAndMost(double[] values, double median, double min, double max) =>
        Assert.Equal(new Spread(median, min, max), Spread.Of(values));
}
