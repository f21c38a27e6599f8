using System.Diagnostics;
using System.Runtime.Intrinsics;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>
/// Reads a buffer from end to end with every thread of a pool and does nothing else: what the memory gives, against which everything that reads weights is judged.
/// The buffer has been written, so that its pages are pages of its own.
/// </summary>
internal sealed unsafe class ReadLoop : IParallelWork, IDisposable
{
    /// <summary>Bytes a thread takes at a time, at most: long enough for the hardware's prefetchers, short enough to share the end evenly.</summary>
    private const int MostChunkBytes = 256 * 1024, LeastChunkBytes = 16 * 1024;

    private readonly int chunkBytes;

    private readonly NativeBuffer buffer;

    /// <summary>Keeps the sums alive; one cache line for each worker.</summary>
    private readonly long[] sums;

    /// <param name="bytes">Rounded up to whole chunks.</param>
    public ReadLoop(long bytes, int threads)
    {
        // Whole steps of the loop below, and small buffers shared by all threads.
        chunkBytes = (int)Math.Clamp(bytes / (4L * threads) / 256 * 256, LeastChunkBytes, MostChunkBytes);
        Chunks = checked((int)((bytes + chunkBytes - 1) / chunkBytes));
        buffer = new NativeBuffer((long)Chunks * chunkBytes);
        for (var chunk = 0; chunk < Chunks; chunk++)
            new Span<byte>(buffer.Data + (long)chunk * chunkBytes, chunkBytes).Fill(1);
        sums = new long[8 * threads];
    }

    public long Bytes => buffer.ByteLength;

    private int Chunks { get; }

    /// <summary>Reads the whole buffer again and again until <paramref name="seconds"/> are over, at least once.</summary>
    public double BytesPerSecond(WorkerPool pool, double seconds)
    {
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
        var at = (long*)(buffer.Data + (long)chunk * chunkBytes);
        Vector512<long> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var end = at + chunkBytes / sizeof(long); at < end; at += 32)
        {
            s0 += Vector512.Load(at);
            s1 += Vector512.Load(at + 8);
            s2 += Vector512.Load(at + 16);
            s3 += Vector512.Load(at + 24);
        }
        sums[8 * worker] += Vector512.Sum(s0 + s1 + s2 + s3);
    }

    public void Dispose() => buffer.Dispose();
}
