using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Exploration;

/// <summary>Decode or prefill of a design. Simulated.</summary>
/// <param name="BoundBy">What takes most of the time: "ports" or "DDR", whichever is narrower, "array", or "launch".</param>
internal sealed record ExploredPhase(double TokensPerSecond, double Watts, double JoulesPerToken, string BoundBy)
{
    /// <param name="portsAreNarrower">The ports carry less than the memory's pins.</param>
    public static ExploredPhase Of(SimulatedPhase phase, bool portsAreNarrower)
    {
        var (seconds, joules) = (phase.Seconds, phase.Joules);
        return new ExploredPhase(phase.Tokens / seconds, joules / seconds, joules / phase.Tokens, phase.BoundBy switch
        {
            "compute" => "array",
            "launch" => "launch",
            _ => portsAreNarrower ? "ports" : "DDR",
        });
    }
}
