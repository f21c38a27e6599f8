using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

/// <summary>Each time of the memory, from both sides: a clock earlier is refused, the clock itself is taken. Banks 0 to 3 are one group, 4 to 7 the other.</summary>
public class DramRankTests
{
    private static readonly DramTiming Timing = DramTiming.Ddr4At2400;
    private readonly DramRank rank = new(Timing, null);

    [Fact]
    public void ARowIsReadAfterRcdAndClosedAfterRasAndReopenedAfterRc()
    {
        rank.Activate(0, 5, 0);
        Assert.Equal(1, rank.FreshBanks);
        From(Timing.RcdClocks, clock => rank.CanAccess(0, false, clock));
        Assert.Equal(RowOutcome.Miss, rank.Access(0, false, 8));
        Assert.Equal(0, rank.FreshBanks);
        From(Timing.RasClocks, rank[0].CanPrecharge);
        rank.Precharge(0, 20);
        From(Timing.RcClocks, clock => rank.CanActivate(0, clock));
        rank.Activate(0, 6, 29);
        Assert.Equal(RowOutcome.Conflict, rank.Access(0, false, 37));
        Assert.Equal(RowOutcome.Hit, rank.Access(0, false, 40));
    }

    [Fact]
    public void ALateReadHoldsTheRowAndPrechargeTakesRp()
    {
        rank.Activate(0, 5, 0);
        rank.Access(0, false, 30);
        From(30 + Timing.ReadToPrechargeClocks, rank[0].CanPrecharge);
        rank.Precharge(0, 35);
        From(35 + Timing.RpClocks, clock => rank.CanActivate(0, clock));
    }

    [Fact]
    public void AWriteHoldsTheRowLonger()
    {
        rank.Activate(0, 5, 0);
        rank.Access(0, true, 8);
        From(8 + Timing.WriteToPrechargeClocks, rank[0].CanPrecharge);
    }

    [Fact]
    public void ARowThatWasNotUsedIsNotClosed()
    {
        rank.Activate(0, 5, 0);
        Assert.False(rank[0].CanPrecharge(1000));
        Assert.False(rank.TryPrechargeAll(1000));
    }

    [Fact]
    public void ColumnsOfTheOtherGroupFollowSooner()
    {
        Open(0, 1, 4);
        rank.Access(0, false, 100);
        From(100 + Timing.CcdLongClocks, clock => rank.CanAccess(1, false, clock));
        From(100 + Timing.CcdShortClocks, clock => rank.CanAccess(4, false, clock));
    }

    [Fact]
    public void ReadsAndWritesTurnTheBusAround()
    {
        Open(0, 1, 4);
        rank.Access(0, false, 100);
        From(100 + Timing.ReadToWriteClocks, clock => rank.CanAccess(4, true, clock));
        rank.Access(0, true, 200);
        From(200 + Timing.WriteToReadLongClocks, clock => rank.CanAccess(1, false, clock));
        From(200 + Timing.WriteToReadShortClocks, clock => rank.CanAccess(4, false, clock));
    }

    [Fact]
    public void ActivatesKeepRrdWithinAndBetweenGroups()
    {
        var timing = DramTiming.Ddr4At2133;
        var slower = new DramRank(timing, null);
        slower.Activate(0, 0, 0);
        From(timing.RrdLongClocks, clock => slower.CanActivate(1, clock));
        From(timing.RrdShortClocks, clock => slower.CanActivate(4, clock));
    }

    [Fact]
    public void TheFifthActivateWaitsForFaw()
    {
        foreach (var (bank, clock) in new[] { (0, 0), (4, 4), (1, 8), (5, 12) })
            rank.Activate(bank, 0, clock);
        From(Timing.FawClocks, clock => rank.CanActivate(2, clock));
    }

    [Fact]
    public void ARefreshWaitsForAllBanksAndTakesRfc()
    {
        Open(0);
        Assert.False(rank.TryRefresh(500));
        Assert.True(rank.TryPrechargeAll(500));
        Assert.False(rank.TryRefresh(500 + Timing.RpClocks - 1));
        Assert.True(rank.TryRefresh(500 + Timing.RpClocks));
        for (var bank = 0; bank < AddressMap.Banks; bank++)
            From(500 + Timing.RpClocks + Timing.RfcClocks, clock => rank.CanActivate(bank, clock));
    }

    [Fact]
    public void WhatTheMemoryWouldNotTakeThrows()
    {
        rank.Activate(0, 0, 0);
        Assert.Throws<InvalidOperationException>(() => rank.Activate(0, 1, 500));
        Assert.Throws<InvalidOperationException>(() => rank.Activate(1, 0, 1));
        Assert.Throws<InvalidOperationException>(() => rank.Access(0, false, 7));
        Assert.Throws<InvalidOperationException>(() => rank.Access(1, false, 500));
        Assert.Throws<InvalidOperationException>(() => rank.Precharge(0, 500));
        Assert.Throws<InvalidOperationException>(() => rank.Precharge(1, 500));
        Assert.Throws<InvalidOperationException>(() => rank[0].Refresh(500));
    }

    /// <summary>Opens rows and uses them, long ago as far as the test is concerned.</summary>
    private void Open(params int[] banks)
    {
        for (var i = 0; i < banks.Length; i++)
        {
            rank.Activate(banks[i], 0, 10 * i);
            rank.Access(banks[i], false, 10 * i + 9);
        }
    }

    private static void From(long clock, Func<long, bool> isPossible)
    {
        Assert.False(isPossible(clock - 1), $"possible at {clock - 1}, expected from {clock} on");
        Assert.True(isPossible(clock), $"not possible at {clock}");
    }
}
