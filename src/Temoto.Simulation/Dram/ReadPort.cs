namespace Temoto.Simulation.Dram;

/// <summary>Asks first; the beats cross in the order of asking, whatever the order in which the memory gave them.</summary>
internal sealed class ReadPort(PortStream stream, DramTiming timing) : DramPort(stream, timing)
{
    private int crossedBeats;

    /// <inheritdoc/>
    protected override void Edge(long clock)
    {
        if (Bursts > 0 && ArrivalClockOf(Oldest, ColumnOf(Oldest, crossedBeats)) <= clock)
        {
            Cross();
            if (++crossedBeats == BeatsOf(Oldest))
            {
                crossedBeats = 0;
                End();
            }
        }
        if (CanBegin)
        {
            Begin();
            MayAsk();
        }
    }
}
