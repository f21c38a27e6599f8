using Temoto.Plans;

namespace Temoto.Simulation.Costing;

/// <summary>Energy of a run: what the board takes at rest for as long as it lasts, and what arithmetic and bytes add.</summary>
internal static class Energy
{
    /// <summary>E = P_idle t + e_op operations + e_external bytes + e_chip bytes; 0 for a board that states no power.</summary>
    /// <param name="externalBytes">Beyond the on-chip level.</param>
    /// <param name="onChipBytes">All that steps read and write.</param>
    public static double Joules(Board board, double seconds, double operations, double externalBytes, double onChipBytes) => board.Power is not { } power
        ? 0
        : power.IdleWatts.Value * seconds + power.JoulesPerOperation.Value * operations + power.JoulesPerExternalByte.Value * externalBytes
            + (power.JoulesPerOnChipByte?.Value ?? 0) * onChipBytes;
}
