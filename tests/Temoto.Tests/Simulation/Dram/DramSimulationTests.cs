using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

/// <summary>
/// Cases that paper and pencil decide. DDR4-2400: tRCD 8, tRP 8, tRAS 20, tRC 29, RL 8, WL 8, BL8 2. Unless said, the port has the controller's clock and its path takes no time,
/// so a read that is asked for at clock 0 gets its command at once.
/// </summary>
public class DramSimulationTests
{
    private static readonly DramTiming Timing = DramTiming.Ddr4At2400;
    private static readonly PortSettings Port = new(Timing.ControllerHz, 1, 0);
    private readonly List<DramCommand> trace = [];

    /// <summary>Activate at 0, read at 8, data until 18; the first of four beats crosses at 18, the last at 21.</summary>
    [Fact]
    public void AReadOfAClosedBankTakesRcdReadLatencyBurstAndBeats()
    {
        var counts = Run(Port, new AccessRun(0, 64));
        Assert.Equal([(0, DramCommandKind.Activate), (8, DramCommandKind.Read)], Commands());
        Assert.Equal(8 + 8 + 2 + 3, counts.Clocks);
        Assert.Equal((1, 0, 0), (counts.RowMisses, counts.RowHits, counts.RowConflicts));
        Assert.Equal((2, 16), (counts.BusyClocks, counts.IdleClocks + counts.WaitingClocks - 3));
    }

    /// <summary>At 300 MHz the port's clocks begin at 1, 3, 5 ...: asked at 1, data until 19, 150 clocks of path, beats from 169 on, two clocks apart.</summary>
    [Fact]
    public void PathAndPortClockAddToIt() =>
        Assert.Equal(1 + 18 + 150 + 3 * 2, Run(Port with { ClockHz = 300_000_000, PathNanoseconds = 250 }, new AccessRun(0, 64)).Clocks);

    /// <summary>The second is asked for when the last beat of the first crosses, at 21, and needs no activate.</summary>
    [Fact]
    public void AHitIsReadAtOnce()
    {
        var counts = Run(Port, new AccessRun(0, 64), new AccessRun(64 * 2, 64));
        Assert.Equal([(0, DramCommandKind.Activate), (8, DramCommandKind.Read), (21, DramCommandKind.Read)], Commands());
        Assert.Equal(21 + 8 + 2 + 3, counts.Clocks);
        Assert.Equal((1, 1, 0), (counts.RowMisses, counts.RowHits, counts.RowConflicts));
    }

    /// <summary>64 KiB on is the next row of the same bank: precharge at 21, activate tRP later (as it happens tRC after the first), read tRCD later.</summary>
    [Fact]
    public void AConflictClosesOpensAndReads()
    {
        var counts = Run(Port, new AccessRun(0, 64), new AccessRun(1 << 16, 64));
        Assert.Equal(
            [(0, DramCommandKind.Activate), (8, DramCommandKind.Read), (21, DramCommandKind.Precharge), (29, DramCommandKind.Activate), (37, DramCommandKind.Read)], Commands());
        Assert.Equal(37 + 8 + 2 + 3, counts.Clocks);
        Assert.Equal((1, 0, 1), (counts.RowMisses, counts.RowHits, counts.RowConflicts));
    }

    /// <summary>Beats at 0 to 3, so asked for at 3; written at 11, data until 21, which ends it.</summary>
    [Fact]
    public void AWriteTakesBeatsRcdWriteLatencyAndBurst()
    {
        var counts = DramSimulation.Run(Timing, AddressMap.Kv260, new("write", [new(Port, true, [new(0, 64)])]), trace.Add);
        Assert.Equal([(3, DramCommandKind.Activate), (11, DramCommandKind.Write)], Commands());
        Assert.Equal(11 + 8 + 2, counts.Clocks);
        Assert.Equal((0, 1, 64), (counts.Reads, counts.Writes, counts.BusBytes));
    }

    /// <summary>Eight banks, one read each: four activates tRRD apart, the fifth tFAW after the first.</summary>
    [Fact]
    public void ActivatesAreBoundByRrdAndFaw()
    {
        Run(Port with { OutstandingBursts = 8 }, [.. Enumerable.Range(0, 8).Select(i => new AccessRun((uint)(i / 2 * 0x4000 + i % 2 * 64), 64))]);
        Assert.Equal([0L, 4, 8, 12, 18, 22, 26, 30], trace.Where(command => command.Kind == DramCommandKind.Activate).Select(command => command.Clock));
    }

    /// <summary>Bytes in order alternate between the groups; every second 64 bytes are one group. The first commands see the rows being opened: the first row is read twice before the other is there, so the last read is alone.</summary>
    [Theory]
    [InlineData(64, 2)]
    [InlineData(128, 3)]
    public void ColumnsFollowEachOtherAtCcdOfTheirGroups(int strideBytes, int clocks)
    {
        Run(Port with { OutstandingBursts = 32 }, [.. Enumerable.Range(0, 32).Select(i => new AccessRun((uint)(i * strideBytes), 64))]);
        var reads = trace.Where(command => command.Kind == DramCommandKind.Read).Select(command => command.Clock).ToList();
        Assert.Equal(32, reads.Count);
        Assert.All(reads[8..^1].Zip(reads[7..]), pair => Assert.Equal(clocks, pair.First - pair.Second));
    }

    /// <summary>
    /// Little's law, to the clock. A burst of hits is asked for, its first column is there after RL + 2, it takes its path, and 16 beats cross: 8 + 2 + 36 + 15 = 61 clocks to the next; N bursts share them
    /// while their beats (16 N) fit. The first burst comes 9 late: tRCD for the first column, one more because the second row is opened tRRD later. The last N - 1 follow the last round, 16 beats each.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void OutstandingBurstsShareTheRoundTrip(int outstanding)
    {
        const int Rounds = 10;
        var counts = Run(Port with { OutstandingBursts = outstanding, PathNanoseconds = 60 }, new AccessRun(0, Rounds * outstanding * 256));
        Assert.Equal(0, counts.Refreshes);
        Assert.Equal(Rounds * 61 + 9 + (outstanding - 1) * 16, counts.Clocks);
    }

    /// <summary>One beat a clock of the port and not more, and no less when enough is outstanding, but for the start (rows, path) and what one refresh leaves unhidden, both under 500 clocks.</summary>
    [Theory]
    [InlineData(100_000_000)]
    [InlineData(250_000_000)]
    [InlineData(300_000_000)]
    public void APortCarriesSixteenBytesAClock(long clockHz)
    {
        var counts = Run(Port with { ClockHz = clockHz, OutstandingBursts = 16, PathNanoseconds = 250 }, new AccessRun(0, 1 << 20));
        var clocksOfBeats = (double)(1 << 20) / 16 * Timing.ControllerHz / clockHz;
        Assert.InRange(counts.Clocks, clocksOfBeats, clocksOfBeats + 500 * (1 + counts.Refreshes));
    }

    /// <summary>The memory alone: rows of 16 KiB in order through a port that never limits.</summary>
    [Fact]
    public void RefreshesComeOnTimeAndTakeTheirShare()
    {
        var counts = Run(Port with { ClockHz = 2 * Timing.ControllerHz, OutstandingBursts = 64 }, new AccessRun(0, 8 << 20));
        var refreshes = trace.Where(command => command.Kind == DramCommandKind.Refresh).Select(command => command.Clock).ToList();
        Assert.Equal((counts.Clocks + Timing.RefiClocks / 2) / Timing.RefiClocks, refreshes.Count);
        Assert.Equal(refreshes.Count, counts.Refreshes);
        Assert.All(refreshes, (clock, i) => Assert.InRange(clock - Timing.RefiClocks / 2 - (long)i * Timing.RefiClocks, 0, 60));
        Assert.True(counts.Share < Timing.RefreshCeiling);
    }

    /// <summary>The longer run has 60,000 clocks more. The compiler's later tiers may leave out a boxed enumerator of the set-up, hence a KiB either way.</summary>
    [Fact]
    public void TheLoopAllocatesNothing()
    {
        var settings = new PortSettings(300_000_000, 16, 250);
        AccessPattern[] patterns = [AccessPatterns.RandomReads(settings, 256, 1 << 18), AccessPatterns.RandomReads(settings, 256, 1 << 21)];
        long AllocatedBytes(AccessPattern pattern)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            DramSimulation.Run(Timing, AddressMap.Kv260, pattern);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        AllocatedBytes(patterns[0]);
        Assert.InRange(AllocatedBytes(patterns[1]) - AllocatedBytes(patterns[0]), -1024, 1024);
    }

    private DramCounts Run(PortSettings port, params AccessRun[] runs) => DramSimulation.Run(Timing, AddressMap.Kv260, new("by hand", [new(port, false, runs)]), trace.Add);

    private IEnumerable<(long, DramCommandKind)> Commands() => trace.Select(command => (command.Clock, command.Kind));
}
