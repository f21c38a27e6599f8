using Temoto.Cli;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

public class CoreBoardTests
{
    [Theory]
    [InlineData("kv260")]
    [InlineData("zcu102")]
    public void ABoardsOwnParametersGiveItBack(string name)
    {
        var board = BoardChoice.Read(name);
        Assert.Equal(board, CoreBoard.Of(board, CoreParameters.Of(board)));
    }

    [Fact]
    public void TheShippedBoardsAreOfTheSizesTheyState()
    {
        Assert.Equal(new CoreParameters(4, 8, 300e6, 1 << 20, NumberType.Int4), CoreParameters.Of(BoardChoice.Read("kv260")));
        Assert.Equal(new CoreParameters(4, 24, 250e6, 4202496, NumberType.Int8), CoreParameters.Of(BoardChoice.Read("zcu102")));
    }

    /// <summary>From another size back to the shipped one: prices are the same but for rounding.</summary>
    [Fact]
    public void ASizeCanBeLeftAndReachedAgain()
    {
        var board = ExplorationSamples.Kv260;
        var back = CoreBoard.Of(CoreBoard.Of(board, new CoreParameters(2, 4, 150e6, 512 << 10, NumberType.Int4)), CoreParameters.Of(board));
        var request = new SimulationRequest([], [40], [512], [DataflowMode.Gemm], null);
        var (shipped, returned) = (BoardSimulation.Run(ExplorationSamples.Qwen(), board, request), BoardSimulation.Run(ExplorationSamples.Qwen(), back, request));
        foreach (var (a, b) in shipped.Phases.Zip(returned.Phases))
        {
            Assert.Equal(a.Seconds, b.Seconds, a.Seconds * 1e-9);
            Assert.Equal(a.Traffic, b.Traffic);
        }
    }

    [Theory]
    [InlineData("kv260")]
    [InlineData("zcu102")]
    public void EverySizeIsABoardOfThatSize(string name)
    {
        var template = BoardChoice.Read(name);
        foreach (var weights in new[] { NumberType.Int4, NumberType.Int8 })
        {
            foreach (var parameters in DesignChoices.All(weights))
            {
                var board = CoreBoard.Of(template, parameters);
                // Reading checks every figure.
                Assert.Equal(board, Board.FromJson(board.ToJson()));
                var own = CoreParameters.Of(board);
                Assert.Equal(parameters with { Weights = own.Weights }, own);
                Assert.NotNull(board.UnitFor("fpga", WorkKind.Product, new Format(weights, 8) { Group = 1 << 16 }, 896, null, oneToken: true));
            }
        }
    }

    /// <summary>4 ports x 16 B x 200 MHz = 12.8 GB/s are below the memory's 19.2; at 333 MHz they are above. Of either 84.5 % are used.</summary>
    [Theory]
    [InlineData(4, 200e6, 12.8e9)]
    [InlineData(2, 300e6, 9.6e9)]
    [InlineData(4, 333e6, 19.2e9)]
    public void BandwidthIsTheNarrowerOfPortsAndMemory(int ports, double clockHz, double carried)
    {
        var board = CoreBoard.Of(ExplorationSamples.Kv260, new CoreParameters(ports, 8, clockHz, 1 << 20, NumberType.Int4));
        Assert.Equal(0.845 * carried, board.Memory(MemoryLevel.External).BytesPerSecond.Value, 1);
    }

    [Fact]
    public void AnotherBoardIsRefused()
    {
        var error = Assert.Throws<InputException>(() => CoreParameters.Of(BoardChoice.Read("raspberry-pi-5")));
        Assert.Contains("a board of the Temoto core", error.Message, StringComparison.Ordinal);
    }
}
