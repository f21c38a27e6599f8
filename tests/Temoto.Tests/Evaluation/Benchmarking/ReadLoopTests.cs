using Temoto.Evaluation.Benchmarking;
using Temoto.Machine;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class ReadLoopTests
{
    public static TheoryData<int, int> Ways => [.. ReadWay.All.Select(way => (way.Streams, (int)way.Ahead))];

    /// <summary>A rate of bytes that were not read would be too good: every byte once a pass, in every way, for one chunk, several, and a last one that is not full.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void EveryWayReadsEveryByteOnce(int streams, int ahead)
    {
        using var pool = new WorkerPool(2);
        foreach (var bytes in (long[])[1, 64 * 1024, 300_000, 9 << 20])
        {
            using var loop = new ReadLoop(bytes, pool.Threads);
            Assert.InRange(loop.Bytes, bytes, bytes + (1 << 20));
            Assert.True(loop.BytesPerSecond(pool, new ReadWay(streams, (Prefetching)ahead), 0) > 0);
            Assert.Equal(SumOfAPass(loop), loop.Sum);
        }
    }

    /// <summary>Each number is its own index, so that reading one twice for another shows.</summary>
    private static long SumOfAPass(ReadLoop loop) => loop.Bytes / 8 * (loop.Bytes / 8 - 1) / 2;

    [Fact]
    public void AllWaysAreTried()
    {
        using var pool = new WorkerPool(2);
        using var loop = new ReadLoop(100_000, pool.Threads);
        Assert.True(loop.BytesPerSecond(pool, 0) > 0);
        Assert.Equal(ReadWay.All.Count * SumOfAPass(loop), loop.Sum);
        Assert.Equal([1, 2, 4], ReadWay.All.Where(way => way.Ahead == Prefetching.None).Select(way => way.Streams));
        Assert.Equal(Processor.HasPrefetch ? 12 : 3, ReadWay.All.Count);
    }
}
