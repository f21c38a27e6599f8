namespace Temoto.Simulation.Costing;

/// <summary>Where the cycles of a step go, in the clock of its device: every cycle is one of the four.</summary>
/// <param name="Busy">Units compute.</param>
/// <param name="Starved">Units wait for what they read.</param>
/// <param name="Stalled">Units wait for what they wrote to be stored.</param>
/// <param name="Idle">The step is begun or ended.</param>
internal readonly record struct StepCycles(ulong Busy, ulong Starved, ulong Stalled, ulong Idle)
{
    public ulong Total => Busy + Starved + Stalled + Idle;

    public static StepCycles operator +(StepCycles a, StepCycles b) => checked(new(a.Busy + b.Busy, a.Starved + b.Starved, a.Stalled + b.Stalled, a.Idle + b.Idle));

    public static StepCycles operator *(StepCycles a, ulong times) => checked(new(a.Busy * times, a.Starved * times, a.Stalled * times, a.Idle * times));

    /// <summary>
    /// Where fetching, computing and storing add up, each has its own; where memory works behind the units, they wait only for what it takes longer, for reads and writes in the
    /// proportion of their seconds. Whole cycles, rounded up.
    /// </summary>
    public static StepCycles Of(Planning.StepPrice price, double clockHz)
    {
        var (starved, stalled) = (price.FetchSeconds, price.StoreSeconds);
        // Of memory's time, what the units do not compute meanwhile.
        var waiting = Math.Max(0, price.Seconds - price.LaunchSeconds - price.ComputeSeconds);
        var share = price.MemorySeconds > 0 ? waiting / price.MemorySeconds : 0;
        (starved, stalled) = (starved * share, stalled * share);
        return new StepCycles(Cycles(price.ComputeSeconds), Cycles(starved), Cycles(stalled), Cycles(price.LaunchSeconds));

        // A millionth of a cycle is rounding of the seconds.
        ulong Cycles(double seconds) => checked((ulong)Math.Ceiling(seconds * clockHz - 1e-6));
    }
}
