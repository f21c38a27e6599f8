namespace Temoto.Simulation.Dram;

/// <summary>
/// What a run counted. Every clock is one of four: data moves, a refresh is under way (from when it is due), requests wait for the memory, or there are none.
/// </summary>
internal sealed class DramCounts(DramTiming timing)
{
    /// <summary>Clocks of the controller, from the start to the last beat, or the last answer to a write.</summary>
    public long Clocks { get; private set; }

    /// <summary>Clocks with data on the bus (two for each column command).</summary>
    public long BusyClocks { get; private set; }

    /// <summary>Clocks without data while a refresh is due or under way.</summary>
    public long RefreshClocks { get; private set; }

    /// <summary>Clocks without data while requests wait for rows or for their turn.</summary>
    public long WaitingClocks { get; private set; }

    /// <summary>Clocks in which the controller has no request.</summary>
    public long IdleClocks { get; private set; }

    /// <summary>Column commands that read.</summary>
    public long Reads { get; private set; }

    /// <summary>Column commands that write.</summary>
    public long Writes { get; private set; }

    /// <summary>Column commands whose row was open.</summary>
    public long RowHits { get; private set; }

    /// <summary>Column commands for which a row of a closed bank was opened.</summary>
    public long RowMisses { get; private set; }

    /// <summary>Column commands for which another row was closed.</summary>
    public long RowConflicts { get; private set; }

    /// <summary>Rows opened.</summary>
    public long Activates { get; set; }

    /// <summary>Refreshes of all banks.</summary>
    public long Refreshes { get; set; }

    /// <summary>Bytes that crossed the ports.</summary>
    public long PortBytes { get; set; }

    /// <summary>Bytes of whole columns that crossed the data bus.</summary>
    public long BusBytes => (Reads + Writes) * DramTiming.ColumnBytes;

    /// <summary>How long the run took.</summary>
    public double Seconds => (double)Clocks / timing.ControllerHz;

    /// <summary>What the ports got.</summary>
    public double BytesPerSecond => PortBytes / Seconds;

    /// <summary>The same as a share of what the data pins can carry.</summary>
    public double Share => BytesPerSecond / timing.PeakBytesPerSecond;

    /// <summary>Counts a clock.</summary>
    public void AddClock(bool isBusy, bool isRefreshing, bool hasRequests)
    {
        Clocks++;
        if (isBusy)
            BusyClocks++;
        else if (isRefreshing)
            RefreshClocks++;
        else if (hasRequests)
            WaitingClocks++;
        else
            IdleClocks++;
    }

    /// <summary>Counts a column command.</summary>
    public void AddColumn(RowOutcome outcome, bool isWrite)
    {
        (Reads, Writes) = isWrite ? (Reads, Writes + 1) : (Reads + 1, Writes);
        switch (outcome)
        {
            case RowOutcome.Hit:
                RowHits++;
                break;
            case RowOutcome.Miss:
                RowMisses++;
                break;
            default:
                RowConflicts++;
                break;
        }
    }

    /// <summary>Throws where the counts contradict each other or the pattern.</summary>
    /// <param name="pattern">What was to be moved.</param>
    public void Check(AccessPattern pattern)
    {
        Require(BusyClocks + RefreshClocks + WaitingClocks + IdleClocks == Clocks, "clocks are not the sum of their kinds");
        Require(BusyClocks == (Reads + Writes) * DramTiming.BurstClocks, "the bus was not busy for two clocks a column");
        Require(RowHits + RowMisses + RowConflicts == Reads + Writes, "columns are not hits, misses and conflicts");
        Require(RowMisses + RowConflicts == Activates, "activates are not misses and conflicts");
        Require(PortBytes == pattern.Bytes, $"{PortBytes} bytes crossed the ports, {pattern.Bytes} were to");
        Require(BusBytes >= PortBytes, "the bus carried less than the ports");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }
}
