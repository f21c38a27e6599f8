namespace Temoto.Simulation.Dram;

/// <summary>What a column command found.</summary>
internal enum RowOutcome
{
    /// <summary>The row was open, and used before.</summary>
    Hit,

    /// <summary>The row was opened for it in a bank that was closed (at the start, by a refresh).</summary>
    Miss,

    /// <summary>Another row had to be closed for it.</summary>
    Conflict,
}

/// <summary>
/// A bank: its open row, and from when on it takes which command. A row that was opened is used before it is closed, so that every activate is exactly one miss or conflict.
/// </summary>
internal sealed class DramBank(DramTiming timing)
{
    /// <summary>Stands for no open row.</summary>
    public const int Closed = -1;

    private long earliestActivateClock;
    private long earliestColumnClock;
    private long earliestPrechargeClock;
    private bool closedForRequest;

    /// <summary>The open row, or <see cref="Closed"/>.</summary>
    public int OpenRow { get; private set; } = Closed;

    /// <summary>Opened, and not used yet.</summary>
    public bool IsFresh { get; private set; }

    /// <summary>Whether a row may be opened, as far as the bank itself is concerned; also whether a refresh may begin.</summary>
    public bool CanActivate(long clock) => OpenRow == Closed && clock >= earliestActivateClock;

    /// <summary>Whether the open row may be read or written.</summary>
    public bool CanAccess(long clock) => OpenRow != Closed && clock >= earliestColumnClock;

    /// <summary>Whether the open row may be closed.</summary>
    public bool CanPrecharge(long clock) => OpenRow != Closed && !IsFresh && clock >= earliestPrechargeClock;

    /// <summary>Opens a row.</summary>
    public void Activate(long clock, int row)
    {
        Require(CanActivate(clock) && row >= 0, DramCommandKind.Activate, clock);
        (OpenRow, IsFresh) = (row, true);
        earliestColumnClock = clock + timing.RcdClocks;
        earliestPrechargeClock = clock + timing.RasClocks;
        earliestActivateClock = clock + timing.RcClocks;
    }

    /// <summary>Reads or writes 64 bytes of the open row.</summary>
    public RowOutcome Access(long clock, bool isWrite)
    {
        Require(CanAccess(clock), isWrite ? DramCommandKind.Write : DramCommandKind.Read, clock);
        var outcome = !IsFresh ? RowOutcome.Hit : closedForRequest ? RowOutcome.Conflict : RowOutcome.Miss;
        IsFresh = false;
        earliestPrechargeClock = Math.Max(earliestPrechargeClock, clock + (isWrite ? timing.WriteToPrechargeClocks : timing.ReadToPrechargeClocks));
        return outcome;
    }

    /// <summary>Closes the row.</summary>
    /// <param name="forRequest">For another row; otherwise for a refresh.</param>
    public void Precharge(long clock, bool forRequest)
    {
        Require(CanPrecharge(clock), DramCommandKind.Precharge, clock);
        (OpenRow, closedForRequest) = (Closed, forRequest);
        earliestActivateClock = Math.Max(earliestActivateClock, clock + timing.RpClocks);
    }

    /// <summary>Refreshes the closed bank.</summary>
    public void Refresh(long clock)
    {
        Require(CanActivate(clock), DramCommandKind.Refresh, clock);
        closedForRequest = false;
        earliestActivateClock = clock + timing.RfcClocks;
    }

    private void Require(bool isLegal, DramCommandKind kind, long clock)
    {
        if (!isLegal)
            throw new InvalidOperationException($"{kind} at clock {clock} to a bank with {(OpenRow == Closed ? "no row" : $"row {OpenRow}")} open comes too early or in the wrong state");
    }
}
