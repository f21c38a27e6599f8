namespace Temoto.Simulation.Dram;

/// <summary>
/// Runs a pattern to its end, clock by clock of the controller: the ports' clocks, then one request enters the queue (ports in turn), then the controller's commands. The loop allocates nothing.
/// </summary>
internal sealed class DramSimulation
{
    private readonly DramTiming timing;
    private readonly AddressMap map;
    private readonly AccessPattern pattern;
    private readonly DramCounts counts;
    private readonly RequestQueue queue = new();
    private readonly DramRank rank;
    private readonly DramController controller;
    private readonly DramPort[] ports;
    private int turn;

    private DramSimulation(DramTiming timing, AddressMap map, AccessPattern pattern, Action<DramCommand>? trace)
    {
        timing.Check();
        (this.timing, this.map, this.pattern) = (timing, map, pattern);
        counts = new DramCounts(timing);
        rank = new DramRank(timing, trace);
        controller = new DramController(timing, rank, queue, counts);
        ports = [.. pattern.Streams.Select(stream => stream.IsWrite ? (DramPort)new WritePort(stream, timing) : new ReadPort(stream, timing))];
    }

    /// <summary>Runs a pattern.</summary>
    /// <param name="trace">Takes every command; null for none.</param>
    public static DramCounts Run(DramTiming timing, AddressMap map, AccessPattern pattern, Action<DramCommand>? trace = null)
    {
        var simulation = new DramSimulation(timing, map, pattern, trace);
        simulation.Run();
        return simulation.counts;
    }

    private void Run()
    {
        // Between two columns, at worst, lie a refresh and a turn with a row closed and another opened.
        var patienceClocks = 2L * (timing.RfcClocks + timing.RcClocks + timing.WriteToPrechargeClocks + timing.WriteToReadLongClocks);
        var movedClock = 0L;
        for (var clock = 0L; AdvancePorts(clock); clock++)
        {
            Admit(clock);
            var isServed = controller.Tick(clock, out var served);
            if (isServed)
                ports[served.Port].Complete(served.Column, clock + DataEndClocks(served.IsWrite));
            if (isServed || queue.Count == 0)
                movedClock = clock;
            if (clock - movedClock > patienceClocks)
                throw new InvalidOperationException($"nothing moved from clock {movedClock} to {clock}");
        }
        counts.PortBytes = ports.Sum(port => port.Bytes);
        counts.Check(pattern);
    }

    private int DataEndClocks(bool isWrite) => (isWrite ? timing.WriteLatencyClocks : timing.ReadLatencyClocks) + DramTiming.BurstClocks;

    /// <summary>One clock of the ports; false when all are done.</summary>
    private bool AdvancePorts(long clock)
    {
        var isMore = false;
        foreach (var port in ports)
        {
            port.Advance(clock);
            isMore |= !port.IsDone;
        }
        return isMore;
    }

    private void Admit(long clock)
    {
        if (queue.Count == RequestQueue.Capacity)
            return;
        for (var i = 0; i < ports.Length; i++)
        {
            var port = (turn + i) % ports.Length;
            if (!ports[port].IsAsking)
                continue;
            var (address, column) = ports[port].Ask();
            var bank = map.BankOf(address);
            queue.Add(new(bank, map.RowOf(address), pattern.Streams[port].IsWrite, port, column, clock), rank[bank].OpenRow);
            turn = (port + 1) % ports.Length;
            return;
        }
    }
}
