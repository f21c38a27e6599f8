using Temoto.Evaluation.Seeded;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Tensors;

namespace Temoto.Tests.Generation.Execution;

public class StepTimesTests
{
    [Fact]
    public void AStepTakesTheTimeSinceTheOneBefore()
    {
        var clock = new CountingClock();
        var times = new StepTimes(3, clock);
        times.Begin();
        times.End(0);
        // Others look at the clock too.
        clock.GetTimestamp();
        times.End(1);
        times.Begin();
        times.End(0);
        Assert.Equal([2, 2, 0], new[] { times.Seconds(0), times.Seconds(1), times.Seconds(2) });
        times.Clear();
        times.Begin();
        times.End(2);
        Assert.Equal([0, 0, 1], new[] { times.Seconds(0), times.Seconds(1), times.Seconds(2) });
    }

    /// <summary>One look for each step and one more; without anybody who measures, none; nothing is allocated, and nothing computed is another.</summary>
    [Fact]
    public void ARunLooksAtTheClockBetweenStepsAndAllocatesNothing()
    {
        using var model = LanguageModel.Load(SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2"), DType.I4, 1, default), new ModelOptions { Threads = 1, ContextTokens = 16 });
        var plan = model.Engine.PrefillPlan;
        using var executor = model.Engine.NewExecutor(plan);
        using var cache = model.Engine.NewCache();
        var clock = new CountingClock();
        var untimed = Run(executor, cache);
        Assert.Equal(0, clock.Looks);
        executor.Times = new StepTimes(plan.Steps.Count(), clock);
        Assert.Equal(untimed, Run(executor, cache));
        Assert.Equal(plan.Steps.Count() + 1, clock.Looks);
        Assert.All(Enumerable.Range(0, plan.Steps.Count()), step => Assert.Equal(1, executor.Times.Seconds(step)));

        // Without logits the run ends early.
        executor.Forward([1, 2], cache, 0, TestContext.Current.CancellationToken);
        Assert.Equal(1, executor.Times.Seconds(plan.Steps.Count() - 1));
        Assert.Equal(2, executor.Times.Seconds(0));

        cache.Truncate(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        executor.Forward([1, 2], cache, 1);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[] Run(PlanExecutor executor, KvCache cache)
    {
        cache.Truncate(0);
        return executor.Forward([1, 2, 3], cache, 1, TestContext.Current.CancellationToken).ToArray();
    }
}
