namespace Temoto.Simulation.Dram;

/// <summary>
/// Chooses commands: first ready, first come first served. A clock takes one column command (the oldest request whose row is open and whose turn the memory allows) and one row command
/// (for the oldest request whose row is not open; a row with requests waiting for it stays open). Reads and writes go in groups; a refresh that is due goes before all else.
/// </summary>
internal sealed class DramController(DramTiming timing, DramRank rank, RequestQueue queue, DramCounts counts)
{
    private readonly ReadWriteGrouping grouping = new(queue);

    // A run begins anywhere between two refreshes; in the middle, short runs see neither too many nor too few of them.
    private long nextRefreshClock = timing.RefiClocks / 2;
    private long refreshEndClock;
    private long busyEndClock;

    /// <summary>Does one clock.</summary>
    /// <param name="served">The request whose column command went out.</param>
    public bool Tick(long clock, out DramRequest served)
    {
        var isRefreshing = clock >= nextRefreshClock || clock < refreshEndClock;
        var isServed = clock >= nextRefreshClock ? TickTowardsRefresh(clock, out served) : TickNormally(clock, out served);
        counts.AddClock(clock < busyEndClock, isRefreshing, queue.Count > 0);
        return isServed;
    }

    /// <summary>Rows that were opened and not used are used, then all are closed, then all banks are refreshed.</summary>
    private bool TickTowardsRefresh(long clock, out DramRequest served)
    {
        if (rank.FreshBanks > 0)
            return TryColumn(clock, freshOnly: true, out served);
        served = default;
        if (!rank.TryPrechargeAll(clock))
            return false;
        for (var bank = 0; bank < AddressMap.Banks; bank++)
            queue.RowClosed(bank);
        if (rank.TryRefresh(clock))
        {
            counts.Refreshes++;
            refreshEndClock = clock + timing.RfcClocks;
            nextRefreshClock += timing.RefiClocks;
        }
        return false;
    }

    private bool TickNormally(long clock, out DramRequest served)
    {
        if (queue.Count == 0)
        {
            served = default;
            return false;
        }
        var mayOpenRows = grouping.Choose(clock, rank.FreshBanks);
        var isServed = TryColumn(clock, freshOnly: false, out served);
        if (mayOpenRows)
            TryRow(clock);
        return isServed;
    }

    private bool TryColumn(long clock, bool freshOnly, out DramRequest served)
    {
        served = default;
        if (!rank.IsBusFree(grouping.IsWriting, clock))
            return false;
        var ready = 0UL;
        for (var bank = 0; bank < AddressMap.Banks; bank++)
        {
            var hits = queue.HitsOf(bank, grouping.IsWriting);
            if (hits != 0 && (!freshOnly || rank[bank].IsFresh) && rank.CanAccess(bank, grouping.IsWriting, clock))
                ready |= hits;
        }
        if (ready == 0)
            return false;
        served = queue.Remove(RequestQueue.OldestOf(ready));
        counts.AddColumn(rank.Access(served.Bank, served.IsWrite, clock), served.IsWrite);
        grouping.Served();
        busyEndClock = clock + DramTiming.BurstClocks;
        return true;
    }

    private void TryRow(long clock)
    {
        if (!queue.HasRowsToOpen(grouping.IsWriting))
            return;
        var oldest = RequestQueue.Capacity;
        for (var bank = 0; bank < AddressMap.Banks; bank++)
        {
            var waiting = queue.Of(bank, grouping.IsWriting);
            if (waiting == 0 || RequestQueue.OldestOf(waiting) >= oldest)
                continue;
            var isPossible = rank[bank].OpenRow == DramBank.Closed
                ? rank.CanActivate(bank, clock)
                : queue.HitsOf(bank, grouping.IsWriting) == 0 && rank[bank].CanPrecharge(clock);
            if (isPossible)
                oldest = RequestQueue.OldestOf(waiting);
        }
        if (oldest < RequestQueue.Capacity)
            OpenOrClose(queue[oldest].Bank, queue[oldest].Row, clock);
    }

    private void OpenOrClose(int bank, int row, long clock)
    {
        if (rank[bank].OpenRow == DramBank.Closed)
        {
            rank.Activate(bank, row, clock);
            queue.RowOpened(bank, row);
            counts.Activates++;
        }
        else
        {
            rank.Precharge(bank, clock);
            queue.RowClosed(bank);
        }
    }
}
