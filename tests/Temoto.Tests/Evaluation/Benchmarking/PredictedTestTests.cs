using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class PredictedTestTests
{
    [Fact]
    public void APredictionIsThePriceOnThisComputersBoard()
    {
        using var checkpoint = SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2"), DType.I4, 1, default);
        var engine = new EnginePlan(checkpoint, new ModelOptions { Threads = 1, ContextTokens = 64, MaxBatchSequences = 2 });
        var prompt = PredictedTest.Of("tiny", "int4", "auto", "f16", engine, new BenchmarkTest(Phase.Prefill, 12));
        Assert.Equal(PlanPrice.Of(engine.Prefill, engine.Board, 12, 0).Sum(price => price.Seconds), prompt.Seconds);
        Assert.Equal(engine.Board.Memory(MemoryLevel.External).BytesPerSecond.Value, prompt.ReadBytesPerSecond);
        var tokens = PredictedTest.Of("tiny", "int4", "auto", "f16", engine, new BenchmarkTest(Phase.Decode, 9, Depth: 20, Sequences: 2));
        Assert.Equal(PlanPrice.Of(engine.Batch!, engine.Board, 2, 24).Sum(price => price.Seconds), tokens.Seconds);
    }
}
