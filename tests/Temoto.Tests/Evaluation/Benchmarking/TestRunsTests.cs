using Temoto.Evaluation.Benchmarking;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tests.Planning;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class TestRunsTests
{
    private static readonly Board Board = PricedModel.OnlyWork();

    private static readonly (Plan Prefill, Plan Decode) Plans = PricedModel.Plans("tiny-qwen2", Board);

    [Fact]
    public void APromptIsCutAsThePlanTakesIt()
    {
        var small = Plans.Prefill with { MaxTokens = 100 };
        Assert.Equal([(100, 0, 0), (100, 100, 0), (50, 200, 1)], TestRuns.Of(small, new BenchmarkTest(Phase.Prefill, 250)).Select(run => (run.Tokens, run.Positions[0], run.LogitRows)));
        Assert.Equal([(100, 0, 1)], TestRuns.Of(small, new BenchmarkTest(Phase.Prefill, 100)).Select(run => (run.Tokens, run.Positions[0], run.LogitRows)));
        Assert.Equal(TestRuns.Of(small, new BenchmarkTest(Phase.Prefill, 250)), TestRuns.OfOne(small, new BenchmarkTest(Phase.Prefill, 250)));
    }

    [Fact]
    public void TokensComeOneByOneAndTheMiddleOneStandsForAll()
    {
        var test = new BenchmarkTest(Phase.Decode, 5, Depth: 10, Sequences: 3);
        Assert.Equal([10, 11, 12, 13, 14], TestRuns.Of(Plans.Decode, test).Select(run => run.Positions[2]));
        var one = Assert.Single(TestRuns.OfOne(Plans.Decode, test));
        Assert.Equal((3, 12), (one.Tokens, one.Positions[0]));
        Assert.Equal(10, Assert.Single(TestRuns.OfOne(Plans.Decode, new BenchmarkTest(Phase.Decode, 1, Depth: 10))).Positions[0]);
    }

    [Fact]
    public void PricesAreThoseOfTheRuns()
    {
        var prices = Assert.Single(TestRuns.Prices(Plans.Decode, Board, new BenchmarkTest(Phase.Decode, 3, Depth: 4)));
        Assert.Equal(PlanPrice.Of(Plans.Decode, Board, 1, 5).Sum(price => price.Seconds), prices.Sum(price => price.Seconds));
    }
}
