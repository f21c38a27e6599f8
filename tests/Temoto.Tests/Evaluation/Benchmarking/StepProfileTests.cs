using Temoto.Evaluation.Benchmarking;
using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class StepProfileTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static LanguageModel Load(int context, int sequences = 1) => LanguageModel.Load(
        SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2"), DType.I4, 1, default), new ModelOptions { Threads = 1, ContextTokens = context, MaxBatchSequences = sequences });

    private static double[] StepsOfRows(Plan plan)
    {
        var rows = StepRows.Of(plan);
        return rows.Sums(rows.RowOf.Select(_ => 1.0));
    }

    /// <summary>By a clock that goes a second with each look, every step takes one second in every round.</summary>
    [Fact]
    public void EveryStepOfAPromptIsTimedAndPriced()
    {
        using var model = Load(12);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        using var test = variant.Profiled(new BenchmarkTest(Phase.Prefill, 12), new CountingClock());
        var reported = new List<(int Done, int All)>();
        var profile = Assert.Single(StepProfile.Take([test], 3, (done, all) => reported.Add((done, all)), Cancellation));

        var steps = model.Engine.PrefillPlan.Steps.Count();
        Assert.Equal(steps, profile.StepSeconds);
        Assert.Equal(StepsOfRows(test.Plan), profile.Steps.Select(step => step.Seconds));
        Assert.Equal(1, profile.Steps.Single(step => step.Row.Kind == StepKind.GatedLinear).SecondsPerLayer);
        // One look before and one after; between them, when steps are timed, one for each and one where the run begins.
        Assert.Equal(new Spread(1, 1, 1), profile.RunSeconds);
        Assert.Equal(new Spread(steps + 2, steps + 2, steps + 2), profile.TimedRunSeconds);
        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], reported);

        var prices = PlanPrice.Of(model.Engine.PrefillPlan, model.Engine.Plan.Board, 12, 0);
        Assert.Equal(prices.Sum(price => price.Seconds), profile.PricedSeconds, 1e-12);
        Assert.Equal(prices.Where(price => price.Step.Kind == StepKind.GatedLinear).Sum(price => price.Seconds), profile.Steps.Single(step => step.Row.Kind == StepKind.GatedLinear).PricedSeconds, 1e-12);
    }

    /// <summary>Of three generated tokens behind five cached ones, the figures are one token's, and the price that of the one in the middle.</summary>
    [Fact]
    public void GeneratedTokensAreAveraged()
    {
        using var model = Load(8);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        using var test = variant.Profiled(new BenchmarkTest(Phase.Decode, 3, Depth: 5), new CountingClock());
        Assert.Equal([5, 6, 7], test.Runs.Select(run => run.Positions[0]));
        var profile = Assert.Single(StepProfile.Take([test], 1, null, Cancellation));
        Assert.Equal(StepsOfRows(test.Plan), profile.Steps.Select(step => step.Seconds));
        Assert.Equal(1 / 3.0, profile.RunSeconds.Median, 1e-12);
        Assert.Equal(PlanPrice.Of(model.Engine.DecodePlan, model.Engine.Plan.Board, 1, 6).Sum(price => price.Seconds), profile.PricedSeconds, 1e-15);
    }

    [Fact]
    public void SequencesRunTogether()
    {
        using var model = Load(8, sequences: 3);
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        using var test = variant.Profiled(new BenchmarkTest(Phase.Decode, 2, Depth: 4, Sequences: 3), new CountingClock());
        Assert.Equal(model.Engine.Plan.Batch, test.Plan);
        Assert.All(test.Runs, run => Assert.Equal((3, 3), (run.Tokens, run.LogitRows)));
        var profile = Assert.Single(StepProfile.Take([test], 1, null, Cancellation));
        Assert.Equal(StepsOfRows(test.Plan), profile.Steps.Select(step => step.Seconds));
    }

    /// <summary>A prompt longer than a run of the plan is one thing; its last part alone gives logits.</summary>
    [Fact]
    public void ALongPromptIsTheSumOfItsParts()
    {
        using var model = LanguageModel.Load(
            SeededMemory.Create("tiny", ModelShapes.Get("tiny-qwen2") with { MaxPositionEmbeddings = 2048 }, DType.I4, 1, default), new ModelOptions { Threads = 1, ContextTokens = 520 });
        using var variant = new LanguageVariant(model.Engine, "auto", "f16");
        using var test = variant.Profiled(new BenchmarkTest(Phase.Prefill, 520), new CountingClock());
        Assert.Equal([(512, 0, 0), (8, 512, 1)], test.Runs.Select(run => (run.Tokens, run.Positions[0], run.LogitRows)));
        var profile = Assert.Single(StepProfile.Take([test], 1, null, Cancellation));
        // Two layers; in the last one only rows whose logits are wanted get as far as that.
        Assert.Equal(3, profile.Steps.Single(step => step.Row.Kind == StepKind.GatedLinear).Seconds);
        Assert.Equal(4, profile.Steps.Single(step => step.Row.Kind == StepKind.HeadProjections).Seconds);
        var (plan, board) = (model.Engine.PrefillPlan, model.Engine.Plan.Board);
        Assert.Equal(PlanPrice.Of(plan, board, 512, 0, 0).Concat(PlanPrice.Of(plan, board, 8, 512)).Sum(price => price.Seconds), profile.PricedSeconds, 1e-12);
    }

    [Fact]
    public void APictureIsOneRun()
    {
        using var engine = new VisionEngine(SeededMemory.Create("tiny", ModelShapes.Get("tiny-deit"), DType.I8, 1, default), new ModelOptions { Threads = 1 });
        using var variant = new PictureVariant(engine, "auto", "f16");
        using var test = variant.Profiled(new BenchmarkTest(Phase.Prefill, engine.Plan.Prefill.MaxTokens, Picture: true), new CountingClock());
        var profile = Assert.Single(StepProfile.Take([test], 2, null, Cancellation));
        Assert.Equal(engine.Plan.Prefill.Steps.Count(), profile.StepSeconds);
        Assert.Equal(PlanPrice.Of(engine.Plan.Prefill, engine.Plan.Board, 17, 0).Sum(price => price.Seconds), profile.PricedSeconds, 1e-12);
    }
}
