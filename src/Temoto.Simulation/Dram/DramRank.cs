namespace Temoto.Simulation.Dram;

/// <summary>
/// The banks of a rank and what they share: the data bus (tCCD, the turns between reads and writes) and the current for activates (tRRD, tFAW).
/// A command that the memory would not take yet throws, so a controller that does not ask first is found out.
/// </summary>
/// <param name="trace">Takes every command; null for none.</param>
internal sealed class DramRank(DramTiming timing, Action<DramCommand>? trace)
{
    /// <summary>Activates that may fall into tFAW.</summary>
    private const int ActivatesOfWindow = 4;

    private readonly DramBank[] banks = [.. Enumerable.Range(0, AddressMap.Banks).Select(_ => new DramBank(timing))];
    private readonly long[] earliestActivateClock = new long[AddressMap.Groups];
    private readonly long[] earliestReadClock = new long[AddressMap.Groups];
    private readonly long[] earliestWriteClock = new long[AddressMap.Groups];
    private readonly long[] windowEndClock = new long[ActivatesOfWindow];
    private int oldestOfWindow;

    /// <summary>A bank's state.</summary>
    public DramBank this[int bank] => banks[bank];

    /// <summary>Banks with a row that was opened and not used yet.</summary>
    public int FreshBanks { get; private set; }

    /// <summary>Whether a row of the bank may be opened.</summary>
    public bool CanActivate(int bank, long clock) =>
        clock >= windowEndClock[oldestOfWindow] && clock >= earliestActivateClock[AddressMap.GroupOf(bank)] && banks[bank].CanActivate(clock);

    /// <summary>Whether the open row of the bank may be read, or written.</summary>
    public bool CanAccess(int bank, bool isWrite, long clock) =>
        clock >= (isWrite ? earliestWriteClock : earliestReadClock)[AddressMap.GroupOf(bank)] && banks[bank].CanAccess(clock);

    /// <summary>Whether any bank group could be read, or written, as far as the bus is concerned.</summary>
    public bool IsBusFree(bool isWrite, long clock)
    {
        foreach (var earliestClock in isWrite ? earliestWriteClock : earliestReadClock)
        {
            if (clock >= earliestClock)
                return true;
        }
        return false;
    }

    /// <summary>Opens a row.</summary>
    public void Activate(int bank, int row, long clock)
    {
        Require(CanActivate(bank, clock), DramCommandKind.Activate, clock);
        banks[bank].Activate(clock, row);
        FreshBanks++;
        windowEndClock[oldestOfWindow] = clock + timing.FawClocks;
        oldestOfWindow = (oldestOfWindow + 1) % ActivatesOfWindow;
        Push(earliestActivateClock, bank, clock + timing.RrdShortClocks, clock + timing.RrdLongClocks);
        trace?.Invoke(new(clock, DramCommandKind.Activate, bank, row));
    }

    /// <summary>Reads or writes 64 bytes of the bank's open row.</summary>
    public RowOutcome Access(int bank, bool isWrite, long clock)
    {
        var kind = isWrite ? DramCommandKind.Write : DramCommandKind.Read;
        Require(CanAccess(bank, isWrite, clock), kind, clock);
        var outcome = banks[bank].Access(clock, isWrite);
        if (outcome != RowOutcome.Hit)
            FreshBanks--;
        Push(isWrite ? earliestWriteClock : earliestReadClock, bank, clock + timing.CcdShortClocks, clock + timing.CcdLongClocks);
        if (isWrite)
            Push(earliestReadClock, bank, clock + timing.WriteToReadShortClocks, clock + timing.WriteToReadLongClocks);
        else
            Push(earliestWriteClock, bank, clock + timing.ReadToWriteClocks, clock + timing.ReadToWriteClocks);
        trace?.Invoke(new(clock, kind, bank, banks[bank].OpenRow));
        return outcome;
    }

    /// <summary>Closes the bank's row for a request of another.</summary>
    public void Precharge(int bank, long clock)
    {
        banks[bank].Precharge(clock, forRequest: true);
        trace?.Invoke(new(clock, DramCommandKind.Precharge, bank, -1));
    }

    /// <summary>Closes all rows with one command if all may be closed; true if none is open then.</summary>
    public bool TryPrechargeAll(long clock)
    {
        foreach (var bank in banks)
        {
            if (bank.OpenRow != DramBank.Closed && !bank.CanPrecharge(clock))
                return false;
        }
        for (var bank = 0; bank < banks.Length; bank++)
        {
            if (banks[bank].OpenRow == DramBank.Closed)
                continue;
            banks[bank].Precharge(clock, forRequest: false);
            trace?.Invoke(new(clock, DramCommandKind.Precharge, bank, -1));
        }
        return true;
    }

    /// <summary>Refreshes all banks if all are ready for it.</summary>
    public bool TryRefresh(long clock)
    {
        foreach (var bank in banks)
        {
            if (!bank.CanActivate(clock))
                return false;
        }
        foreach (var bank in banks)
            bank.Refresh(clock);
        trace?.Invoke(new(clock, DramCommandKind.Refresh, -1, -1));
        return true;
    }

    private static void Push(long[] earliestClock, int bank, long shortClock, long longClock)
    {
        for (var group = 0; group < earliestClock.Length; group++)
            earliestClock[group] = Math.Max(earliestClock[group], group == AddressMap.GroupOf(bank) ? longClock : shortClock);
    }

    private static void Require(bool isLegal, DramCommandKind kind, long clock)
    {
        if (!isLegal)
            throw new InvalidOperationException($"{kind} at clock {clock} comes too early for the rank");
    }
}
