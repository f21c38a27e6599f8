using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class BestDesignTests
{
    [Fact]
    public void DecodeThenPrefillThenResourcesThenClockDecide()
    {
        var wanted = ExplorationSamples.Design(99.5, 995, 7, 1, memoryShare: 0.1, clockHz: 3e8);
        ExploredDesign[] others =
        [
            ExplorationSamples.Design(100, 900, 7, 0.5),
            ExplorationSamples.Design(90, 2000, 5, 0.1),
            ExplorationSamples.Design(100, 1000, 7, 1.5),
            ExplorationSamples.Design(100, 1000, 7, 1, memoryShare: 0.2),
            ExplorationSamples.Design(100, 1000, 7, 1, memoryShare: 0.1, clockHz: 3.33e8),
        ];
        Assert.Same(wanted, BestDesign.Of([.. others, wanted], null));
    }

    [Fact]
    public void ABudgetLeavesOutWhatTakesMore()
    {
        var frugal = ExplorationSamples.Design(90, 2000, 5, 0.1);
        Assert.Same(frugal, BestDesign.Of([ExplorationSamples.Design(100, 1000, 7, 1), frugal], 5));
    }

    [Fact]
    public void ABudgetThatNothingMeetsIsOneLine()
    {
        var error = Assert.Throws<InputException>(() => BestDesign.Of([ExplorationSamples.Design(100, 1000, 7, 1), ExplorationSamples.Design(90, 1000, 5.25, 1)], 2.5));
        Assert.Equal(
            "power budget: found 2.5 W; expected at least 5.25 W, which the most frugal design that fits takes (simulated); raise the budget, or choose another board",
            error.Message);
    }
}
