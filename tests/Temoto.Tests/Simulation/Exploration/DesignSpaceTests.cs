using Temoto.Cli;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class DesignSpaceTests
{
    // The last digits of sums of seconds.
    private const double Rounding = 1e-9;

    [Fact]
    public void EveryCombinationFitsOrIsCountedAsDropped()
    {
        var explored = ExplorationSamples.Explored;
        Assert.Equal(3 * 6 * 6 * 4, explored.Combinations);
        Assert.Equal(explored.Combinations, explored.Designs.Count + explored.Dropped.Sum(dropped => dropped.Count));
        Assert.Equal(explored.Designs.Count, explored.Designs.Select(design => design.Parameters).Distinct().Count());
        // 4 ports of 24 lanes need 1644 of 1248 DSPs, at each clock and buffer.
        Assert.Equal(6 * 4, explored.Dropped.Single(dropped => dropped.Resource == "DSP").Count);
    }

    [Fact]
    public void NothingExceedsTheDevice()
    {
        var device = ExplorationSamples.Xck26.All;
        foreach (var design in ExplorationSamples.Explored.Designs)
        {
            foreach (var (own, all) in design.Resources.Kinds.Zip(device.Kinds))
                Assert.True(own.Count <= all.Count, $"{design.Parameters}: {own.Count} {own.Name}");
        }
    }

    /// <summary>Accounts are shared among ports and clocks; of the shipped size they give what a simulation of the shipped board gives.</summary>
    [Fact]
    public void TheShippedBoardIsOneOfTheDesigns()
    {
        var request = new SimulationRequest([], [ExplorationSamples.Settings.PromptTokens], [ExplorationSamples.Settings.ContextTokens], [null], null);
        var simulated = BoardSimulation.Run(ExplorationSamples.Qwen(), ExplorationSamples.Kv260, request);
        var design = ExplorationSamples.Explored.Designs.Single(candidate => candidate.Parameters == CoreParameters.Of(ExplorationSamples.Kv260));
        Assert.Equal(simulated.Phases[0].TokensPerSecond, design.Prefill.TokensPerSecond, Rounding * design.Prefill.TokensPerSecond);
        Assert.Equal(simulated.Phases[1].TokensPerSecond, design.Decode.TokensPerSecond, Rounding * design.Decode.TokensPerSecond);
        Assert.Equal(simulated.Phases[1].Joules, design.Decode.JoulesPerToken, Rounding);
    }

    /// <summary>A plan made for one port moves what the shared one does, to a thousandth: chunks of rows differ.</summary>
    [Fact]
    public void FewerPortsWithPlansOfTheirOwnAreAsFast()
    {
        var parameters = new CoreParameters(1, 8, 200e6, 1 << 20, NumberType.Int4);
        var own = BoardSimulation.Run(ExplorationSamples.Qwen(), CoreBoard.Of(ExplorationSamples.Kv260, parameters), new SimulationRequest([], [128], [512], [null], null));
        var design = ExplorationSamples.Explored.Designs.Single(candidate => candidate.Parameters == parameters);
        Assert.Equal(own.Phases[0].TokensPerSecond, design.Prefill.TokensPerSecond, 1e-3 * design.Prefill.TokensPerSecond);
        Assert.Equal(own.Phases[1].TokensPerSecond, design.Decode.TokensPerSecond, 1e-3 * design.Decode.TokensPerSecond);
    }

    [Fact]
    public void MorePortsOrAHigherClockNeverSlowDecode()
    {
        foreach (var (less, more) in Pairs(design => design with { ClockHz = 0 }, design => design.ClockHz).Concat(Pairs(design => design with { Ports = 0 }, design => design.Ports)))
        {
            Assert.True(more.Decode.TokensPerSecond >= less.Decode.TokensPerSecond * (1 - Rounding), $"{less.Parameters} {more.Parameters}");
            // Until DDR binds, decode follows what the ports carry.
            if (more.Decode.BoundBy == "ports" && less.Decode.BoundBy == "ports")
                Assert.Equal(1, more.Decode.TokensPerSecond / less.Decode.TokensPerSecond / (more.Parameters.PortBytesPerSecond / less.Parameters.PortBytesPerSecond), 0.02);
        }
    }

    [Fact]
    public void MoreLanesNeverSlowPrefill()
    {
        foreach (var (less, more) in Pairs(design => design with { Lanes = 0 }, design => design.Lanes))
            Assert.True(more.Prefill.TokensPerSecond > less.Prefill.TokensPerSecond, $"{less.Parameters} {more.Parameters}");
    }

    [Fact]
    public void TheBestDesignForQwenReachesWhatWasDesignedFor()
    {
        var explored = ExplorationSamples.Explored;
        var best = explored.Best;
        Assert.True(best.Decode.TokensPerSecond >= 57, $"{best.Decode.TokensPerSecond}");
        Assert.True(best.Prefill.TokensPerSecond >= 480, $"{best.Prefill.TokensPerSecond}");
        Assert.True(best.Resources.Fits(explored.Device.All));
        Assert.Equal((4, 16, 300e6), (best.Parameters.Ports, best.Parameters.Lanes, best.Parameters.ClockHz));
        Assert.Equal("decode is bound by DDR, prefill by DDR; 24 lanes would need 132 % of DSP", explored.Limit);
    }

    /// <summary>At rest the board takes 3.5 W.</summary>
    [Fact]
    public void ABudgetThatNothingMeetsIsRefused()
    {
        var error = Assert.Throws<InputException>(() => ExplorationSamples.Explore(3.5));
        Assert.StartsWith("power budget: found 3.5 W; expected at least ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADeviceThatTakesNothingIsRefused()
    {
        var xck26 = ExplorationSamples.Xck26;
        var error = Assert.Throws<InputException>(() => DesignSpace.Explore(
            ExplorationSamples.Qwen(), ExplorationSamples.Kv260, xck26 with { Dsp = xck26.Dsp with { Value = 10 } }, UnitCosts.Shipped, ExplorationSamples.Settings));
        // 16 + 1 + 2 + 2 + 4 of the smallest.
        Assert.Contains("250 % of its DSP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zcu102AndInt8AreExploredToo()
    {
        var board = BoardChoice.Read("zcu102");
        var settings = new ExplorationSettings(32, 64, null);
        var explored = DesignSpace.Explore(ExplorationSamples.Qwen("int8"), board, DeviceResources.Of(board), UnitCosts.Shipped, settings);
        Assert.Equal(NumberType.Int8, explored.Best.Parameters.Weights);
        Assert.Empty(explored.Dropped);
        var halved = DesignSpace.Explore(ExplorationSamples.Qwen("int8"), ExplorationSamples.Kv260, ExplorationSamples.Xck26, UnitCosts.Shipped, settings with { Weights = NumberType.Int8 });
        // 494 M bytes a token and some.
        Assert.InRange(halved.Best.Decode.TokensPerSecond, 0.9 * 16.224e9 / 494e6, 16.224e9 / 494e6);
    }

    /// <summary>Designs that differ in one parameter alone, the smaller first.</summary>
    private static IEnumerable<(ExploredDesign Less, ExploredDesign More)> Pairs(Func<CoreParameters, CoreParameters> others, Func<CoreParameters, double> parameter) =>
        ExplorationSamples.Explored.Designs.GroupBy(design => others(design.Parameters)).Select(group => group.OrderBy(design => parameter(design.Parameters)).ToList())
            .SelectMany(row => row.Zip(row.Skip(1)));
}
