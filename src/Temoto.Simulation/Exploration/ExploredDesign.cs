namespace Temoto.Simulation.Exploration;

/// <summary>A design that fits: resources computed, speed and power simulated.</summary>
/// <param name="LogicShare">Shares of LUTs and of DSPs, added.</param>
/// <param name="MemoryShare">Shares of block RAMs and of ultra RAMs, added.</param>
internal sealed record ExploredDesign(CoreParameters Parameters, ResourceUse Resources, double LogicShare, double MemoryShare, ExploredPhase Decode, ExploredPhase Prefill)
{
    /// <summary>Of the phase that takes more.</summary>
    public double Watts => Math.Max(Decode.Watts, Prefill.Watts);
}
