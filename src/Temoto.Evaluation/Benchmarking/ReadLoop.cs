using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// Reads a buffer from end to end with every thread of a pool and does nothing else: what the memory gives, against which everything that reads weights is judged. How memory is asked
/// matters by up to a factor of two and differs from processor to processor, so it is asked in several ways, and the fastest counts: a bound that a program beats would be none.
/// The buffer has been written, so that its pages are pages of its own; they are huge where the system gives such.
/// </summary>
internal sealed unsafe class ReadLoop : IParallelWork, IDisposable
{
    /// <summary>Bytes a thread takes at a time, at most: long enough for the hardware's prefetchers, short enough to share the end evenly.</summary>
    private const int MostChunkBytes = 1024 * 1024, LeastChunkBytes = 16 * 1024;

    /// <summary>Lines that are loaded in one turn of the loop, of one stream or of several.</summary>
    private const int Lines = 4, LineBytes = 64;

    private readonly int chunkBytes;

    private readonly NativeBuffer buffer;

    /// <summary>Keeps the sums alive; one cache line for each worker.</summary>
    private readonly long[] sums;

    /// <summary>The way of the pass under way.</summary>
    private ReadWay way;

    /// <param name="bytes">Rounded up to whole chunks.</param>
    public ReadLoop(long bytes, int threads)
    {
        // Whole turns of the loop below, however many streams there are, and small buffers shared by all threads.
        chunkBytes = (int)Math.Clamp(bytes / (4L * threads) / 1024 * 1024, LeastChunkBytes, MostChunkBytes);
        Chunks = checked((int)((bytes + chunkBytes - 1) / chunkBytes));
        buffer = new NativeBuffer((long)Chunks * chunkBytes);
        buffer.PreferLargePages();
        var numbers = (long*)buffer.Data;
        for (long i = 0; i < Bytes / sizeof(long); i++)
            numbers[i] = i;
        sums = new long[8 * threads];
    }

    public long Bytes => buffer.ByteLength;

    private int Chunks { get; }

    /// <summary>All that was read so far, as the sum of 64-bit numbers: each is its own index.</summary>
    public long Sum => sums.Aggregate((a, b) => unchecked(a + b));

    /// <summary>
    /// The rate of the fastest way. Each reads the whole buffer again and again until its share of <paramref name="seconds"/> is over, at least once.
    /// </summary>
    public double BytesPerSecond(WorkerPool pool, double seconds)
    {
        var best = 0.0;
        foreach (var each in ReadWay.All)
            best = Math.Max(best, BytesPerSecond(pool, each, seconds / ReadWay.All.Count));
        return best;
    }

    /// <summary>The rate of one way.</summary>
    public double BytesPerSecond(WorkerPool pool, ReadWay way, double seconds)
    {
        this.way = way;
        var start = Stopwatch.GetTimestamp();
        var passes = 0;
        double elapsed;
        do
        {
            pool.Run(this, Chunks);
            passes++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (elapsed < seconds);
        return passes * (double)Bytes / elapsed;
    }

    public void Execute(int chunk, int worker)
    {
        var at = buffer.Data + (long)chunk * chunkBytes;
        sums[8 * worker] += way.Ahead switch
        {
            Prefetching.None => Read<NoPrefetch>(at),
            Prefetching.First => Read<IntoCaches>(at),
            Prefetching.Second => Read<SecondLevel>(at),
            _ => Read<PastCaches>(at),
        };
    }

    /// <summary>Four loads a turn: of neighbouring lines of one stream, or of a line or two of each of several, which lie a part of the chunk apart.</summary>
    private long Read<TReading>(byte* chunk)
        where TReading : struct, IReading
    {
        var linesEach = Lines / way.Streams;
        var step = linesEach * LineBytes;
        long part = chunkBytes / way.Streams;
        byte* p0 = chunk, p1 = Line(1), p2 = Line(2), p3 = Line(3);
        Vector512<long> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = chunk + part; p0 < end; p0 += step, p1 += step, p2 += step, p3 += step)
        {
            TReading.Ahead(p0);
            TReading.Ahead(p1);
            TReading.Ahead(p2);
            TReading.Ahead(p3);
            s0 += Vector512.Load((long*)p0);
            s1 += Vector512.Load((long*)p1);
            s2 += Vector512.Load((long*)p2);
            s3 += Vector512.Load((long*)p3);
        }
        return Vector512.Sum(s0 + s1 + s2 + s3);

        byte* Line(int line) => chunk + line / linesEach * part + line % linesEach * LineBytes;
    }

    public void Dispose() => buffer.Dispose();

    private readonly struct NoPrefetch : IReading
    {
        public static void Ahead(byte* read)
        {
        }
    }

    /// <summary>Into the second level, 8 KB ahead: such requests do not wait in the first level's queue.</summary>
    private readonly struct SecondLevel : IReading
    {
        public static void Ahead(byte* read) => Sse.Prefetch1(read + 8192);
    }
}
