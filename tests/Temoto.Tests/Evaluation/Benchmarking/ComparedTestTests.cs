using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class ComparedTestTests
{
    [Fact]
    public void ErrorsAreOverWhatWasMeasured()
    {
        var predicted = new PredictedTest("m", "int4", "gemm", "f16", new BenchmarkTest(Phase.Decode, 4), 1e10, Seconds: 3);
        var compared = new ComparedTest(predicted, new Spread(2, 1, 4), 2e10, SecondsAtThatRate: 1);
        Assert.Equal((0.5, -0.5), (compared.Error, compared.ErrorAtThatRate));
    }

    /// <summary>Seconds of a prompt, and of a run that gives each sequence a token; with memory as fast as the board says, the prediction is the same.</summary>
    [Theory]
    [InlineData(Phase.Prefill, 10, 1, 20, 0.5)]
    [InlineData(Phase.Decode, 4, 1, 20, 0.05)]
    [InlineData(Phase.Decode, 4, 3, 60, 0.05)]
    public void RatesBecomeSecondsOfOne(Phase phase, int tokens, int sequences, double tokensPerSecond, double seconds)
    {
        using var model = LanguageModel.Load(SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2"), DType.I4, 1, default), new ModelOptions { Threads = 1, ContextTokens = 16, MaxBatchSequences = 3 });
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        var test = new BenchmarkTest(phase, tokens, Sequences: sequences);
        var predicted = PredictedTest.Of("tiny", "int4", "auto", "f16", model.Engine.Plan, test);
        var result = new BenchmarkResult(variant, test, new Spread(tokensPerSecond, tokensPerSecond / 2, tokensPerSecond * 2), 1, 1, 1);
        var compared = ComparedTest.Of(predicted, result, predicted.ReadBytesPerSecond);
        Assert.Equal(seconds, compared.MeasuredSeconds.Median, 1e-12);
        Assert.Equal((seconds / 2, seconds * 2), (compared.MeasuredSeconds.Min, compared.MeasuredSeconds.Max));
        Assert.Equal(predicted.Seconds, compared.SecondsAtThatRate);
        Assert.True(ComparedTest.Of(predicted, result, predicted.ReadBytesPerSecond / 1e3).SecondsAtThatRate > 10 * predicted.Seconds);
    }

    [Fact]
    public void OnlyMemoryBeyondAllCachesIsAnother()
    {
        var board = Temoto.Cli.BoardChoice.Read("kv260");
        var other = ComparedTest.WithMemory(board, 5e9);
        Assert.Equal(5e9, other.Memory(MemoryLevel.External).BytesPerSecond.Value);
        Assert.Equal(board, ComparedTest.WithMemory(other, board.Memory(MemoryLevel.External).BytesPerSecond.Value));
    }
}
