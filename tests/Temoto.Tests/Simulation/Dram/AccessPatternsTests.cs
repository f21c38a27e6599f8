using Temoto.Simulation.Dram;

namespace Temoto.Tests.Simulation.Dram;

public class AccessPatternsTests
{
    private static readonly PortSettings Port = new(300_000_000, 16, 250);

    [Fact]
    public void QuartersOfAPageAreReadSideBySide()
    {
        var pattern = AccessPatterns.QuarterPages(Port, 16384, 1 << 20);
        Assert.Equal([new(8192, 4096), new(8192 + 16384, 4096)], pattern.Streams[2].Runs[..2]);
        Assert.Equal(1 << 20, pattern.Bytes);
        IsCoveredOnce(pattern, 1 << 20);
    }

    [Fact]
    public void TilesAreDealtInTurn()
    {
        var pattern = AccessPatterns.Tiles(Port, 4032, 4032 * 40);
        Assert.Equal([new(4032, 4032), new(4032 * 5, 4032)], pattern.Streams[1].Runs[..2]);
        IsCoveredOnce(pattern, 4032 * 40);
    }

    [Fact]
    public void DistantStreamsAreLinear()
    {
        var pattern = AccessPatterns.DistantStreams(Port, 64 << 20, 4 << 20, ports: 2);
        Assert.Equal([new(64 << 20, 2 << 20)], pattern.Streams[1].Runs);
        Assert.Equal(2, pattern.Streams.Length);
    }

    [Fact]
    public void RandomReadsAreAlignedAndDifferFromPortToPort()
    {
        var pattern = AccessPatterns.RandomReads(Port, 256, 1 << 18);
        Assert.Equal(1 << 18, pattern.Bytes);
        Assert.All(pattern.Streams.SelectMany(stream => stream.Runs), run => Assert.Equal((0u, 256), (run.Address % 256, run.Bytes)));
        Assert.NotEqual(pattern.Streams[0].Runs, pattern.Streams[1].Runs);
        Assert.Equal(pattern.Streams[3].Runs, AccessPatterns.RandomReads(Port, 256, 1 << 18).Streams[3].Runs);
    }

    /// <summary>Of each layer: 8 MiB of weights, 128 KiB of cache, and two heads' 64 B of keys and 4 x 16 B of values.</summary>
    [Fact]
    public void DecodingReadsWeightsAndCacheAndAppends()
    {
        var pattern = AccessPatterns.DecodeMix(Port, 2);
        Assert.Equal(2 * ((8 << 20) + (128 << 10)), pattern.Streams[..4].Sum(stream => stream.Bytes));
        Assert.Equal(2 * 2 * (64 + 4 * 16), pattern.Streams[4].Bytes);
        Assert.True(pattern.Streams[4].IsWrite);
        Assert.All(pattern.Streams[4].Runs, write => Assert.Contains(pattern.Streams[..4].SelectMany(stream => stream.Runs), read => read.Address <= write.Address && write.Address + write.Bytes <= read.Address + read.Bytes));
    }

    private static void IsCoveredOnce(AccessPattern pattern, long bytes)
    {
        var runs = pattern.Streams.SelectMany(stream => stream.Runs).OrderBy(run => run.Address).ToList();
        Assert.Equal(bytes, runs.Sum(run => (long)run.Bytes));
        Assert.All(runs.Skip(1).Zip(runs), pair => Assert.Equal(pair.Second.Address + pair.Second.Bytes, pair.First.Address));
    }
}
