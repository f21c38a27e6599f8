using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class ParetoFrontTests
{
    [Fact]
    public void WhatIsWorseInEverythingOrEqualAndWorseInOneIsLeftOut()
    {
        var fast = ExplorationSamples.Design(50, 500, 7, 1);
        var frugal = ExplorationSamples.Design(20, 200, 5, 0.3);
        var slower = ExplorationSamples.Design(49, 500, 7, 1);
        var hungrier = ExplorationSamples.Design(20, 200, 6, 0.3);
        var larger = ExplorationSamples.Design(20, 200, 5, 0.4);
        var prefills = ExplorationSamples.Design(10, 600, 8, 2);
        Assert.Equal([fast, frugal, prefills], ParetoFront.Of([slower, frugal, larger, prefills, fast, hungrier]));
    }

    [Fact]
    public void OfEqualDesignsTheOneWithTheLeastMemoryStays()
    {
        var small = ExplorationSamples.Design(50, 500, 7, 1, memoryShare: 0.1);
        Assert.Equal([small], ParetoFront.Of([small with { MemoryShare = 0.2 }, small, small with { MemoryShare = 0.3 }]));
    }

    /// <summary>By brute force, apart from the code's own comparison.</summary>
    [Fact]
    public void TheFrontOfAnExplorationHasNoDominatedMemberAndMissesNone()
    {
        var explored = ExplorationSamples.Explored;
        foreach (var design in explored.Designs)
        {
            var isDominated = explored.Designs.Any(other => Goals(other).Zip(Goals(design)).All(pair => pair.First >= pair.Second) && Goals(other).Zip(Goals(design)).Any(pair => pair.First > pair.Second));
            Assert.Equal(!isDominated, explored.Front.Any(member => Goals(member).SequenceEqual(Goals(design))));
        }
        Assert.NotEmpty(explored.Front);
    }

    /// <summary>More is better in each.</summary>
    private static double[] Goals(ExploredDesign design) => [design.Decode.TokensPerSecond, design.Prefill.TokensPerSecond, -Math.Max(design.Decode.Watts, design.Prefill.Watts), -design.LogicShare];
}
