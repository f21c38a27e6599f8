using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

/// <summary>
/// Every command of whole runs against the rules of the memory, read again from the data sheet's side: each pair of commands near enough to meet is looked at. This shares no code with the
/// bookkeeping that lets the controller go ahead.
/// </summary>
public class DramTraceTests
{
    private static readonly PortSettings Port = new(300_000_000, 16, 160);

    public static TheoryData<string> Patterns => [.. PatternsByName.Keys];

    private static Dictionary<string, AccessPattern> PatternsByName => new AccessPattern[]
    {
        AccessPatterns.RandomReads(Port, 64, 1 << 18),
        AccessPatterns.RandomReads(Port, 256, 1 << 19),
        AccessPatterns.DistantStreams(Port, 64 << 20, 1 << 20),
        AccessPatterns.QuarterPages(Port, 16384, 1 << 20),
        ReadsAndWrites(),
    }.ToDictionary(pattern => pattern.Name);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void NoCommandComesBeforeItsTime(string name)
    {
        foreach (var timing in new[] { DramTiming.Ddr4At2133, DramTiming.Ddr4At2400 })
        {
            var trace = new List<DramCommand>();
            var counts = DramSimulation.Run(timing, AddressMap.Kv260, PatternsByName[name], trace.Add);
            Assert.Equal(counts.Reads, trace.Count(command => command.Kind == DramCommandKind.Read));
            Assert.Equal(counts.Writes, trace.Count(command => command.Kind == DramCommandKind.Write));
            RowsAreOpen(trace);
            DataDoesNotOverlap(trace, timing);
            OneColumnAndOneRowCommandAClock(trace);
            FourActivatesAWindow(trace, timing);
            for (var i = 0; i < trace.Count; i++)
            {
                for (var j = i - 1; j >= 0 && trace[i].Clock - trace[j].Clock < timing.RfcClocks; j--)
                    Assert.True(trace[i].Clock - trace[j].Clock >= LeastClocks(trace[j], trace[i], timing), $"{trace[j]}, then {trace[i]}");
            }
        }
    }

    /// <summary>The time between two commands, the one after the other.</summary>
    private static int LeastClocks(DramCommand first, DramCommand second, DramTiming timing)
    {
        var (isBank, isGroup) = (first.Bank == second.Bank, first.Bank / 4 == second.Bank / 4);
        return (first.Kind, second.Kind) switch
        {
            (DramCommandKind.Activate, DramCommandKind.Activate) => isBank ? timing.RcClocks : isGroup ? timing.RrdLongClocks : timing.RrdShortClocks,
            (DramCommandKind.Activate, DramCommandKind.Read or DramCommandKind.Write) when isBank => timing.RcdClocks,
            (DramCommandKind.Activate, DramCommandKind.Precharge) when isBank => timing.RasClocks,
            (DramCommandKind.Read, DramCommandKind.Read) or (DramCommandKind.Write, DramCommandKind.Write) => isGroup ? timing.CcdLongClocks : timing.CcdShortClocks,
            (DramCommandKind.Read, DramCommandKind.Write) => timing.ReadToWriteClocks,
            (DramCommandKind.Write, DramCommandKind.Read) => isGroup ? timing.WriteToReadLongClocks : timing.WriteToReadShortClocks,
            (DramCommandKind.Read, DramCommandKind.Precharge) when isBank => timing.ReadToPrechargeClocks,
            (DramCommandKind.Write, DramCommandKind.Precharge) when isBank => timing.WriteToPrechargeClocks,
            (DramCommandKind.Precharge, DramCommandKind.Activate) when isBank => timing.RpClocks,
            (DramCommandKind.Precharge, DramCommandKind.Refresh) => timing.RpClocks,
            (DramCommandKind.Refresh, _) => timing.RfcClocks,
            _ => 0,
        };
    }

    private static void RowsAreOpen(List<DramCommand> trace)
    {
        var rows = new int?[AddressMap.Banks];
        foreach (var command in trace)
        {
            switch (command.Kind)
            {
                case DramCommandKind.Activate:
                    Assert.Null(rows[command.Bank]);
                    rows[command.Bank] = command.Row;
                    break;
                case DramCommandKind.Precharge:
                    Assert.NotNull(rows[command.Bank]);
                    rows[command.Bank] = null;
                    break;
                case DramCommandKind.Refresh:
                    Assert.All(rows, row => Assert.Null(row));
                    break;
                default:
                    Assert.Equal(command.Row, rows[command.Bank]);
                    break;
            }
        }
    }

    private static void DataDoesNotOverlap(List<DramCommand> trace, DramTiming timing)
    {
        var starts = trace.Where(IsColumn).Select(command => command.Clock + (command.Kind == DramCommandKind.Read ? timing.ReadLatencyClocks : timing.WriteLatencyClocks)).ToList();
        Assert.All(starts.Skip(1).Zip(starts), pair => Assert.True(pair.First >= pair.Second + DramTiming.BurstClocks));
    }

    /// <summary>One precharge command closes all banks for a refresh; the trace has it for each bank.</summary>
    private static void OneColumnAndOneRowCommandAClock(List<DramCommand> trace)
    {
        Assert.All(trace.Where(IsColumn).GroupBy(command => command.Clock), group => Assert.Single(group));
        Assert.All(trace.Where(command => !IsColumn(command)).GroupBy(command => command.Clock), group => Assert.True(group.Count() == 1 || group.All(command => command.Kind == DramCommandKind.Precharge)));
    }

    private static void FourActivatesAWindow(List<DramCommand> trace, DramTiming timing)
    {
        var clocks = trace.Where(command => command.Kind == DramCommandKind.Activate).Select(command => command.Clock).ToList();
        Assert.All(clocks.Skip(4).Zip(clocks), pair => Assert.True(pair.First - pair.Second >= timing.FawClocks));
    }

    private static bool IsColumn(DramCommand command) => command.Kind is DramCommandKind.Read or DramCommandKind.Write;

    /// <summary>As many writes as reads, in the same banks.</summary>
    private static AccessPattern ReadsAndWrites()
    {
        var reads = AccessPatterns.RandomReads(Port, 256, 1 << 18);
        var writes = AccessPatterns.QuarterPages(Port, 16384, 1 << 18);
        return new("reads and writes", [.. reads.Streams[..2], .. writes.Streams[..2].Select(stream => stream with { IsWrite = true })]);
    }
}
