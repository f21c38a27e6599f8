using System.Collections.Concurrent;
using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

/// <summary>
/// Where the model must land if it is of use: near what was published of designs on a KV260, and never above what refreshes leave. 8 MiB each, DDR4-2400 unless said.
/// </summary>
public class DramBandsTests(ITestOutputHelper output)
{
    private const long MiB = 1 << 20;
    private const int Page16 = 16 << 10;
    private const int Far = 64 << 20;

    /// <summary>5.7 MiB, down to whole pages of 4 KiB.</summary>
    private const int Date25Bytes = 5836 << 10;

    /// <summary>What a refresh costs reads, with the rows closed before it and opened after it.</summary>
    private static readonly double RefreshClocks = (1 - DramTiming.Ddr4At2400.ReadCeiling) * DramTiming.Ddr4At2400.RefiClocks;

    private static readonly ConcurrentDictionary<(string, PortSettings, long), DramCounts> Runs = new();

    /// <summary>As docs/dram.md names them. What is random or small reads less, since each row is opened for little.</summary>
    private static readonly Dictionary<string, Func<PortSettings, AccessPattern>> Patterns = new()
    {
        ["quarter pages of 16 KiB"] = port => AccessPatterns.QuarterPages(port, Page16, 8 * MiB),
        ["quarter pages of 8 KiB"] = port => AccessPatterns.QuarterPages(port, 8 << 10, 8 * MiB),
        ["four streams 5.7 MiB apart"] = port => AccessPatterns.DistantStreams(port, Date25Bytes, 8 * MiB),
        ["four streams 32 KiB apart"] = port => AccessPatterns.DistantStreams(port, 32 << 10, 8 * MiB),
        ["four streams 64 MiB apart"] = port => AccessPatterns.DistantStreams(port, Far, 8 * MiB),
        ["tiles of 4032 B in turn"] = port => AccessPatterns.Tiles(port, 4032, 8 * MiB),
        ["two ports, 64 MiB apart"] = port => AccessPatterns.DistantStreams(port, Far, 8 * MiB, ports: 2),
        ["random 256 B"] = port => AccessPatterns.RandomReads(port, 256, 4 * MiB),
        ["random 64 B"] = port => AccessPatterns.RandomReads(port, 64, 2 * MiB),
        ["decoding with KV cache and writes"] = port => AccessPatterns.DecodeMix(port, 1),
    };

    private static string Document => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "dram.md"));

    public static TheoryData<string> Names => [.. Patterns.Keys];

    /// <summary>The table of the document, line by line, and the bound on each of its figures.</summary>
    [Theory]
    [InlineData("quarter pages of 16 KiB", 300, 250)]
    [InlineData("quarter pages of 16 KiB", 250, 250)]
    [InlineData("quarter pages of 16 KiB", 300, 400)]
    [InlineData("quarter pages of 8 KiB", 300, 250)]
    [InlineData("four streams 5.7 MiB apart", 300, 250)]
    [InlineData("four streams 32 KiB apart", 300, 250)]
    [InlineData("four streams 64 MiB apart", 300, 250)]
    [InlineData("tiles of 4032 B in turn", 300, 160)]
    [InlineData("two ports, 64 MiB apart", 375, 160)]
    [InlineData("two ports, 64 MiB apart", 375, 300)]
    [InlineData("random 256 B", 300, 160)]
    [InlineData("random 64 B", 300, 160)]
    [InlineData("decoding with KV cache and writes", 300, 250)]
    public void TheDocumentsTableIsWhatIsSimulated(string name, int megahertz, int nanoseconds)
    {
        var line = $"| {name} | {megahertz} MHz, {nanoseconds} ns | {Cell(16)} | {Cell(8)} |";
        output.WriteLine(line);
        Assert.Contains(line, Document);

        string Cell(int outstanding)
        {
            var counts = Counts(name, megahertz, outstanding, nanoseconds);
            return $"{counts.BytesPerSecond / 1e9:F2} ({100 * counts.Share:F1} %)";
        }
    }

    /// <summary>
    /// A refresh costs <see cref="DramTiming.ReadCeiling"/>'s clocks, the first comes after half of tREFI, and then one each: a run may see half a refresh less than its share, no more.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void NothingIsAboveTheCeiling(string name)
    {
        foreach (var timing in new[] { DramTiming.Ddr4At2400, DramTiming.Ddr4At2133 })
        {
            foreach (var port in new[] { new PortSettings(300_000_000, 16, 160), new PortSettings(600_000_000, 64, 0) })
            {
                var counts = Counts(timing, name, port);
                Assert.True(counts.Share <= timing.ReadCeiling + (1 - timing.ReadCeiling) * timing.RefiClocks / 2 / counts.Clocks, $"{counts.Share:P2} is above what refreshes leave");
                Assert.True(counts.Share <= 0.952, $"{counts.Share:P2}");
            }
        }
    }

    /// <summary>
    /// Below the ceiling lies: after a refresh the second group's row, opened tRRD after the first's, and its columns, tCCD_L apart where they cannot alternate (7 clocks a refresh); half a refresh
    /// too many; and the start, 150 clocks of path, 18 of the memory and 32 of beats.
    /// </summary>
    [Theory]
    [InlineData("quarter pages of 16 KiB", 16)]
    [InlineData("quarter pages of 16 KiB", 8)]
    [InlineData("quarter pages of 8 KiB", 16)]
    public void QuarterPagesReachTheCeiling(string name, int outstanding)
    {
        var (timing, counts) = (DramTiming.Ddr4At2400, Counts(name, 300, outstanding, 250));
        var afterRefresh = (double)(timing.RrdLongClocks + timing.CcdLongClocks) / timing.RefiClocks;
        var ends = (RefreshClocks / 2 + 150 + 18 + 32) / counts.Clocks;
        Assert.InRange(counts.Share, timing.ReadCeiling - afterRefresh - ends, 0.952);
    }

    /// <summary>The DDR clock that the boot firmware of a KV260 gives unless told otherwise.</summary>
    [Fact]
    public void QuarterPagesReachTheCeilingAt2133Too()
    {
        var counts = Counts(DramTiming.Ddr4At2133, "quarter pages of 16 KiB", new(300_000_000, 16, 250));
        Assert.InRange(counts.Share, DramTiming.Ddr4At2133.ReadCeiling - 0.003, DramTiming.Ddr4At2133.ReadCeiling);
        Assert.Contains($"{counts.BytesPerSecond / 1e9:F2} GB/s ({100 * counts.Share:F1} %)", Document);
    }

    /// <summary>16.0 GB/s is what four ports carry at 250 MHz; half a percent for starts and refreshes that bursts on their way do not hide.</summary>
    [Fact]
    public void At250MegahertzThePortsAreTheWall() =>
        Assert.InRange(Counts("quarter pages of 16 KiB", 250, 16, 250).BytesPerSecond, 0.995 * 16e9, 16e9);

    /// <summary>DATE 2025, arXiv 2502.10659: 84.5 % stated, 86.9 % by its bytes and tokens; its ports' path is not known, so the usual times are tried.</summary>
    [Theory]
    [InlineData("four streams 5.7 MiB apart")]
    [InlineData("four streams 32 KiB apart")]
    public void TheLayoutOfDate25LandsNearItsFigure(string name)
    {
        foreach (var (outstanding, nanoseconds) in new[] { (8, 160), (8, 250), (16, 160), (16, 250) })
            Assert.InRange(Counts(name, 300, outstanding, nanoseconds).Share, 0.84, 0.93);
    }

    /// <summary>The AICAS 2025 design of PKU reads weights through two ports at 375 MHz and got 10.3 to 10.8 GB/s, 53 to 56 % of 19.2; the ports alone would carry 12.0 (62.5 %).</summary>
    [Fact]
    public void TwoPortsLandNearPkusFigure()
    {
        foreach (var nanoseconds in new[] { 160, 200, 250, 300 })
            Assert.InRange(Counts("two ports, 64 MiB apart", 375, 8, nanoseconds).Share, 0.50, 0.61);
        Assert.InRange(Counts("two ports, 64 MiB apart", 375, 16, 300).Share, 0.50, 0.625);
    }

    /// <summary>
    /// All four streams want other rows of one bank after the other. A visit of a row reads what one port has on its way, 4 N columns of two clocks, and the next row comes tRTP, tRP and tRCD after the last of
    /// them; a twentieth either way, *assumed*, for visits that end early and for columns that arrive during one.
    /// </summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void StreamsOfTheSameBankAreTheWorstRegularLayout(int outstanding)
    {
        var (timing, worst) = (DramTiming.Ddr4At2400, Counts("four streams 64 MiB apart", 300, outstanding, 250).Share);
        var visitClocks = 4 * outstanding * DramTiming.BurstClocks;
        var law = timing.ReadCeiling * visitClocks / (visitClocks + timing.ReadToPrechargeClocks + timing.RpClocks + timing.RcdClocks - DramTiming.BurstClocks);
        Assert.InRange(worst, 0.95 * law, 1.05 * law);
        foreach (var name in new[] { "quarter pages of 16 KiB", "four streams 5.7 MiB apart", "four streams 32 KiB apart", "tiles of 4032 B in turn" })
            Assert.True(worst < Counts(name, 300, outstanding, 250).Share, name);
    }

    /// <summary>
    /// Two bursts of each port share a round trip: RL + 2 and 96 clocks of path, then 15 beats of two clocks: 136. More is not possible; less by the bursts of three other ports before it (3 x 8 clocks) and by refreshes.
    /// </summary>
    [Fact]
    public void TwoOutstandingBurstsGetUnderHalf()
    {
        var counts = Counts("quarter pages of 16 KiB", 300, 2, 160);
        var law = 4 * 2 * 256 / (136 / 600e6);
        Assert.InRange(counts.BytesPerSecond, law * 136 / (136 + 24) * DramTiming.Ddr4At2400.ReadCeiling, law);
        Assert.InRange(counts.Share, 0.44, 0.46);
        Assert.Contains($"{counts.BytesPerSecond / 1e9:F2} GB/s ({100 * counts.Share:F1} %)", Document);
    }

    /// <summary>
    /// Four activates in tFAW: of 64 B each, or of 128 B, since 256 B lie in both groups. With a full queue only refreshes stand against that, and banks that several requests want at once: a twentieth, *assumed*
    /// (eight banks take eight activates in tRC, 1.24 times what tFAW lets through).
    /// </summary>
    [Theory]
    [InlineData("random 64 B", 64)]
    [InlineData("random 256 B", 128)]
    public void RandomReadsAreBoundByActivates(string name, int bytesOfActivate)
    {
        var timing = DramTiming.Ddr4At2400;
        var bound = 4 * bytesOfActivate * (double)timing.ControllerHz / timing.FawClocks;
        Assert.InRange(Counts(name, 300, 64, 160).BytesPerSecond, 0.95 * timing.ReadCeiling * bound, bound);
    }

    /// <summary>Ten writes, one at a time: each turns the bus twice and opens a row that no read needs, under 100 clocks of 280,000 in all. Either run may count a refresh more than the other.</summary>
    [Fact]
    public void WritesOfDecodingVanish()
    {
        var (decoding, weights) = (Counts("decoding with KV cache and writes", 300, 16, 250), Counts("quarter pages of 16 KiB", 300, 16, 250));
        Assert.Equal(10, decoding.Writes);
        Assert.InRange(decoding.Share / weights.Share, 1 - (10 * 100 + RefreshClocks) / weights.Clocks, 1 + RefreshClocks / weights.Clocks);
    }

    /// <summary>
    /// Two runs end at other places between refreshes, so one may count a refresh more: its clocks are the tolerance. Streams 5.7 MiB apart are left out: how far each gets ahead of the others depends on
    /// the round trip, and which of them meet in a bank with it.
    /// </summary>
    [Theory]
    [InlineData("quarter pages of 16 KiB")]
    [InlineData("four streams 64 MiB apart")]
    [InlineData("tiles of 4032 B in turn")]
    [InlineData("two ports, 64 MiB apart")]
    [InlineData("random 256 B")]
    [InlineData("random 64 B")]
    public void MoreOutstandingIsNeverSlower(string name) => AreNotSlower(new[] { 1, 2, 4, 8, 16, 32 }.Select(outstanding => Counts(name, 300, outstanding, 250)));

    /// <inheritdoc cref="MoreOutstandingIsNeverSlower"/>
    [Theory]
    [InlineData("quarter pages of 16 KiB")]
    [InlineData("four streams 64 MiB apart")]
    [InlineData("tiles of 4032 B in turn")]
    [InlineData("two ports, 64 MiB apart")]
    [InlineData("random 256 B")]
    public void MorePortClockIsNeverSlower(string name) => AreNotSlower(new[] { 150, 200, 250, 300, 375 }.Select(megahertz => Counts(name, megahertz, 16, 250)));

    private void AreNotSlower(IEnumerable<DramCounts> better)
    {
        var all = better.ToList();
        output.WriteLine(string.Join(", ", all.Select(counts => $"{counts.Share:P2}")));
        Assert.All(all.Skip(1).Zip(all), pair => Assert.True(pair.First.Clocks <= pair.Second.Clocks + RefreshClocks, $"{pair.First.Share:P2} after {pair.Second.Share:P2}"));
    }

    private static DramCounts Counts(string name, int megahertz, int outstanding, int nanoseconds) =>
        Counts(DramTiming.Ddr4At2400, name, new(megahertz * 1_000_000L, outstanding, nanoseconds));

    private static DramCounts Counts(DramTiming timing, string name, PortSettings port) =>
        Runs.GetOrAdd((name, port, timing.ControllerHz), _ => DramSimulation.Run(timing, AddressMap.Kv260, Patterns[name](port)));
}
