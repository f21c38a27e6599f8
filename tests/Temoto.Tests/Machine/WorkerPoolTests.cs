using Temoto.Machine;

namespace Temoto.Tests.Machine;

public class WorkerPoolTests
{
    private sealed class CountingWork(int chunks, bool uneven = false) : IParallelWork
    {
        public int[] Counts { get; } = new int[chunks];

        public bool HasUnevenChunks => uneven;

        public void Execute(int chunk, int worker) => Interlocked.Increment(ref Counts[chunk]);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    public void EveryChunkRunsExactlyOnceInEveryRegion(int threads, bool uneven)
    {
        using var pool = new WorkerPool(threads);
        foreach (var chunks in new[] { 0, 1, 2, 3, 100 })
        {
            var work = new CountingWork(chunks, uneven);
            for (var region = 1; region <= 2000; region++)
            {
                pool.Run(work, chunks);
                foreach (var count in work.Counts)
                    Assert.Equal(region, count);
            }
        }
    }

    /// <summary>Two chunks: the caller's waits until the worker's has begun, and the worker's ends well after it.</summary>
    private sealed class UnevenWork : IParallelWork
    {
        private volatile bool begun;

        public int Done;

        public bool Shared { get; private set; }

        public void Execute(int chunk, int worker)
        {
            if (worker == 0)
            {
                SpinWait.SpinUntil(() => begun);
                Shared = true;
            }
            else
            {
                begun = true;
                Thread.Sleep(3);
            }
            Interlocked.Increment(ref Done);
        }
    }

    [Fact]
    public void ARegionEndsOnlyWhenTheChunksUnderWayAreDone()
    {
        using var pool = new WorkerPool(2);
        var shared = 0;
        // A worker that is quick takes both chunks; then the region shows nothing.
        while (shared < 10)
        {
            var work = new UnevenWork();
            pool.Run(work, 2);
            Assert.Equal(2, Volatile.Read(ref work.Done));
            shared += work.Shared ? 1 : 0;
        }
    }

    [Fact]
    public void WorkersWakeAfterSleeping()
    {
        using var pool = new WorkerPool(2);
        var work = new CountingWork(64);
        for (var region = 1; region <= 5; region++)
        {
            SpinWait.SpinUntil(() => pool.SleepingWorkers == 1);
            pool.Run(work, 64);
            Assert.All(work.Counts, count => Assert.Equal(region, count));
        }
    }

    [Fact]
    public void RegionsFromSeveralThreadsDoNotMix()
    {
        using var pool = new WorkerPool(2);
        Parallel.For(0, 4, _ =>
        {
            var work = new CountingWork(32);
            for (var region = 1; region <= 500; region++)
            {
                pool.Run(work, 32);
                foreach (var count in work.Counts)
                    Assert.Equal(region, count);
            }
        });
    }

    private sealed class FailingWork : IParallelWork
    {
        public void Execute(int chunk, int worker)
        {
            if (chunk == 3)
                throw new InvalidDataException("chunk 3");
        }
    }

    [Fact]
    public void AFailureOfAChunkReachesTheCallerAndThePoolLives()
    {
        using var pool = new WorkerPool(2);
        var error = Assert.Throws<InvalidOperationException>(() => pool.Run(new FailingWork(), 8));
        Assert.IsType<InvalidDataException>(error.InnerException);
        var work = new CountingWork(8);
        pool.Run(work, 8);
        Assert.All(work.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void WorkersSleepWhenIdle()
    {
        using var pool = new WorkerPool(2);
        pool.Run(new CountingWork(64), 64);
        // Without an end, unless the worker never sleeps.
        SpinWait.SpinUntil(() => pool.SleepingWorkers == 1);
        Assert.Equal(1, pool.SleepingWorkers);
    }
}
