using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report;

/// <summary>The phases that stand for a simulation: at the bandwidth nearest to the board's own, the longest prompt in its faster dataflow, and the token with the longest context.</summary>
/// <param name="Prompt">Null where no prompt was simulated.</param>
/// <param name="Token">Null where no token was, as with pictures.</param>
internal sealed record Headline(BoardSimulation Simulation, SimulatedPhase? Prompt, SimulatedPhase? Token)
{
    public Board Board => Simulation.Board;

    /// <summary>Of a token where there is one, else of the prompt; null on a board that states no power.</summary>
    public double? Watts => Board.Power is not null && (Token ?? Prompt) is { } phase ? phase.Joules / phase.Seconds : null;

    public double? JoulesPerToken => Board.Power is not null && (Token ?? Prompt) is { } phase ? phase.Joules / phase.Tokens : null;

    public static Headline Of(BoardSimulation simulation)
    {
        var own = BoardVariant.BandwidthGbps(simulation.Board);
        var gbps = simulation.Phases.Select(phase => phase.BandwidthGbps).DefaultIfEmpty(own).MinBy(candidate => Math.Abs(candidate - own));
        var at = simulation.Phases.Where(phase => phase.BandwidthGbps == gbps).ToList();
        return new Headline(
            simulation,
            at.Where(phase => phase.Phase == Phase.Prefill).OrderByDescending(phase => phase.Tokens).ThenBy(phase => phase.Seconds).FirstOrDefault(),
            at.Where(phase => phase.Phase == Phase.Decode).MaxBy(phase => phase.Context));
    }
}
