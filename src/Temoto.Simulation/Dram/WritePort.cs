namespace Temoto.Simulation.Dram;

/// <summary>The beats of a burst cross first; then its columns are asked for, and it ends when the memory has taken them all.</summary>
internal sealed class WritePort(PortStream stream, DramTiming timing) : DramPort(stream, timing)
{
    private int crossing;
    private int beatsToCross;

    /// <inheritdoc/>
    protected override void Edge(long clock)
    {
        if (Bursts > 0 && IsTaken(Oldest, clock))
            End();
        if (beatsToCross == 0 && CanBegin)
        {
            crossing = Begin();
            beatsToCross = BeatsOf(crossing);
        }
        if (beatsToCross == 0)
            return;
        Cross();
        if (--beatsToCross == 0)
            MayAsk();
    }

    private bool IsTaken(int burst, long clock)
    {
        for (var column = ColumnsOf(burst) - 1; column >= 0; column--)
        {
            if (ArrivalClockOf(burst, column) > clock)
                return false;
        }
        return true;
    }
}
