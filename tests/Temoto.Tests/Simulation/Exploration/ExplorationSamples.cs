using Temoto.Cli;
using Temoto.Evaluation.Seeded;
using Temoto.Plans;
using Temoto.Simulation.Costing;
using Temoto.Simulation.Exploration;

namespace Temoto.Tests.Simulation.Exploration;

/// <summary>What the tests of this folder explore. (The namespace hides the type Exploration, whose whole name is written out here.)</summary>
internal static class ExplorationSamples
{
    private static readonly Lazy<Temoto.Simulation.Exploration.Exploration> explored = new(() => Explore(null));

    public static Board Kv260 { get; } = BoardChoice.Read("kv260");

    public static ExplorationSettings Settings { get; } = new(PromptTokens: 128, ContextTokens: 512, PowerBudgetWatts: null);

    public static DeviceResources Xck26 => DeviceResources.Of(Kv260);

    /// <summary>Qwen2.5-0.5B in int4 on the KV260, explored once for all tests.</summary>
    public static Temoto.Simulation.Exploration.Exploration Explored => explored.Value;

    public static SimulatedModel Qwen(string weights = "awq")
    {
        var (graph, all) = SimulatedWeights.Of(ModelShapes.Get("qwen2.5-0.5b"), weights, 1);
        return new SimulatedModel("qwen2.5-0.5b", graph, all, 32768, IsPicture: false);
    }

    /// <summary>Design 4 x 8 at 300 MHz as the memories of the design are counted: 2048 positions, no buffer beyond its contents.</summary>
    public static CoreParameters Designed { get; } = new(4, 8, 300e6, 128 << 10, NumberType.Int4);

    public static Temoto.Simulation.Exploration.Exploration Explore(double? watts) =>
        DesignSpace.Explore(Qwen(), Kv260, Xck26, UnitCosts.Shipped, Settings with { PowerBudgetWatts = watts });

    /// <summary>A design of which only the speeds, watts and shares matter.</summary>
    public static ExploredDesign Design(double decode, double prefill, double watts, double logicShare, double memoryShare = 0, double clockHz = 1e8) => new(
        Designed with { ClockHz = clockHz }, default, logicShare, memoryShare, new ExploredPhase(decode, watts, 0, "DDR"), new ExploredPhase(prefill, watts / 2, 0, "DDR"));
}
