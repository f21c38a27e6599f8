using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Temoto.Machine;

/// <summary>Work cut into independent chunks. Implementations keep their operands in fields, so that running one allocates nothing.</summary>
internal interface IParallelWork
{
    /// <summary>Computes one chunk; called from several threads at once, each chunk exactly once.</summary>
    /// <param name="chunk">0 .. chunks-1.</param>
    /// <param name="worker">0 .. Threads-1, for scratch memory of the thread's own.</param>
    void Execute(int chunk, int worker);

    /// <summary>Whether chunks take differently long: then they are handed out one by one in their order, to whoever is free.</summary>
    bool HasUnevenChunks => false;
}

/// <summary>
/// Threads that wait for the next parallel region by spinning for a while and then sleep, so that a region inside a token costs about
/// a microsecond and an idle model costs nothing. Each worker takes the chunks of a range of its own one after the other, so that what it reads lies in a row (uneven chunks have one range for all), and then those that others have not got to, all
/// from atomic counters. A region ends when the chunks are done and the workers that joined have left: a worker whose core was taken away before it joined holds nobody up.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>How long a worker spins before it sleeps. Longer than the serial gaps inside a token, shorter than anybody notices.</summary>
    private const double SpinSeconds = 200e-6;

    /// <summary>The region is open for workers to join; below it the count of workers inside, above it the region's number.</summary>
    private const long OpenBit = 1L << 16;

    private const long CountMask = OpenBit - 1;
    private const int EpochShift = 17;

    private readonly Thread[] workers;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Lock regionLock = new();
    private long state;
    private int sleepers;
    private volatile bool stopping;

    private IParallelWork? work;
    private readonly Range[] ranges;
    private Exception? failure;

    /// <summary>Chunks that are nobody's yet. A cache line for each, so that workers do not meet there before they have done their own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Range
    {
        [FieldOffset(64)]
        public int Next;

        [FieldOffset(68)]
        public int End;
    }

    /// <summary>Starts <paramref name="threads"/> - 1 workers; the caller of <see cref="Run"/> is the other one.</summary>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, (int)CountMask);
        Threads = threads;
        ranges = new Range[threads];
        workers = new Thread[threads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            var index = i + 1;
            workers[i] = new Thread(() => WorkerLoop(index)) { IsBackground = true, Name = $"temoto {index}" };
            workers[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Workers that sleep at the moment.</summary>
    public int SleepingWorkers => Volatile.Read(ref sleepers);

    /// <summary>
    /// Executes all chunks and returns when they are done. Regions do not nest and one runs at a time. An exception of a chunk is thrown
    /// here after the chunks under way have ended.
    /// </summary>
    public void Run(IParallelWork parallelWork, int chunkCount)
    {
        if (chunkCount <= 1 || workers.Length == 0)
        {
            for (var chunk = 0; chunk < chunkCount; chunk++)
                parallelWork.Execute(chunk, 0);
            return;
        }

        lock (regionLock)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            work = parallelWork;
            failure = null;
            var parts = parallelWork.HasUnevenChunks ? 1 : Threads;
            for (var i = 0; i < Threads; i++)
            {
                ranges[i].Next = i < parts ? (int)((long)chunkCount * i / parts) : 0;
                ranges[i].End = i < parts ? (int)((long)chunkCount * (i + 1) / parts) : 0;
            }
            var epoch = (Volatile.Read(ref state) >> EpochShift) + 1;
            Interlocked.Exchange(ref state, (epoch << EpochShift) | OpenBit);
            WakeSleepers(chunkCount - 1);

            TakeChunks(0);

            Interlocked.And(ref state, ~OpenBit);
            var spinner = new SpinWait();
            while ((Volatile.Read(ref state) & CountMask) != 0)
                spinner.SpinOnce(sleep1Threshold: -1);
            work = null;
            // A packed weight may turn out to be damaged only when it is decoded.
            if (failure is InputException)
                ExceptionDispatchInfo.Throw(failure);
            if (failure is not null)
                throw new InvalidOperationException("a kernel failed", failure);
        }
    }

    public void Dispose()
    {
        lock (regionLock)
        {
            if (stopping)
                return;
            stopping = true;
            if (workers.Length > 0)
                wake.Release(workers.Length);
        }
        foreach (var worker in workers)
            worker.Join();
        wake.Dispose();
    }

    /// <summary>
    /// The exchange that opened the region is a full fence: either a worker about to sleep sees the new state, or its count is seen here. Who is woken is
    /// taken off the count at once, so that no sleeper is granted two permits.
    /// </summary>
    private void WakeSleepers(int most)
    {
        while (true)
        {
            var asleep = Volatile.Read(ref sleepers);
            var granted = Math.Min(asleep, most);
            if (granted == 0)
                return;
            if (Interlocked.CompareExchange(ref sleepers, asleep - granted, asleep) != asleep)
                continue;
            wake.Release(granted);
            return;
        }
    }

    private void TakeChunks(int worker)
    {
        try
        {
            for (var i = 0; i < Threads; i++)
            {
                ref var range = ref ranges[(worker + i) % Threads];
                int chunk;
                while ((chunk = Interlocked.Increment(ref range.Next) - 1) < range.End)
                    work!.Execute(chunk, worker);
            }
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref failure, error, null);
        }
    }

    private void WorkerLoop(int index)
    {
        long seenEpoch = 0;
        while (!stopping)
        {
            var current = Volatile.Read(ref state);
            if ((current & OpenBit) != 0 && current >> EpochShift != seenEpoch)
            {
                if (Interlocked.CompareExchange(ref state, current + 1, current) != current)
                    continue;
                seenEpoch = current >> EpochShift;
                TakeChunks(index);
                Interlocked.Decrement(ref state);
                continue;
            }
            WaitForRegion(current);
        }
    }

    /// <summary>Spins until the state changes, then sleeps until somebody opens a region.</summary>
    private void WaitForRegion(long last)
    {
        var until = Stopwatch.GetTimestamp() + (long)(SpinSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until)
        {
            for (var i = 0; i < 16; i++)
            {
                if (Volatile.Read(ref state) != last || stopping)
                    return;
                Thread.SpinWait(4);
            }
        }
        Interlocked.Increment(ref sleepers);
        if (Volatile.Read(ref state) != last || stopping)
        {
            // Take the count back; if somebody has done so already, a permit is on its way and is consumed below.
            int asleep;
            while ((asleep = Volatile.Read(ref sleepers)) > 0)
            {
                if (Interlocked.CompareExchange(ref sleepers, asleep - 1, asleep) == asleep)
                    return;
            }
        }
        wake.Wait();
    }
}
