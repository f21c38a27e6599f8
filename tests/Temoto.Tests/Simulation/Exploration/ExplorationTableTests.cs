using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class ExplorationTableTests
{
    [Fact]
    public void TheTableSaysWhatIsSimulatedAndNamesTheBest()
    {
        var explored = ExplorationSamples.Explored;
        var lines = ExplorationTable.Of(explored, 3).TrimEnd('\n').Split('\n');
        Assert.Contains("speed and power are simulated, resources computed from counts of blocks without place and route", lines);
        Assert.Equal($"  and {explored.Front.Count - 3} more", lines[8]);
        Assert.Equal($"best: {explored.Best.Parameters}", lines[10]);
        Assert.StartsWith("* ", lines[11], StringComparison.Ordinal);
        Assert.Equal($"why: {explored.Reason}", lines[12]);
        Assert.Equal($"limit: {explored.Limit}", lines[13]);
        Assert.Contains("(24 for DSP", lines[1], StringComparison.Ordinal);
    }
}
