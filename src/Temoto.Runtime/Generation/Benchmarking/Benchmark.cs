using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Benchmarking;

/// <summary>
/// Times tests on variants of a model. Repetitions are interleaved: each round runs everything once, the read loop between them, so that a slow minute of the
/// machine meets all of them alike. One round is not counted: it compiles the kernels and brings the weights into memory.
/// </summary>
internal sealed class Benchmark
{
    /// <summary>How long the read loop runs after each test.</summary>
    private const double ReadSeconds = 0.05;

    /// <summary>The buffer that is read: large enough that the last-level cache keeps little of it.</summary>
    private const long LeastReadBytes = 256L << 20, MostReadBytes = 1L << 30;

    /// <summary>Bytes to read so that they come from memory.</summary>
    public static long MemoryReadBytes => Math.Clamp(8 * HostProcessor.LastLevelBytes, LeastReadBytes, MostReadBytes);

    private Benchmark(IReadOnlyList<BenchmarkResult> results, Spread readBytesPerSecond, long peakResidentBytes)
    {
        Results = results;
        ReadBytesPerSecond = readBytesPerSecond;
        PeakResidentBytes = peakResidentBytes;
    }

    public IReadOnlyList<BenchmarkResult> Results { get; }

    /// <summary>Measured with all threads of the engine.</summary>
    public Spread ReadBytesPerSecond { get; }

    /// <summary>After the round that is not counted, before the read loop takes its buffer.</summary>
    public long PeakResidentBytes { get; }

    /// <param name="progress">Gets the tests done and in all, the round that is not counted included.</param>
    public static Benchmark Run(IReadOnlyList<BenchmarkVariant> variants, IReadOnlyList<BenchmarkTest> tests, int repetitions, Action<int, int>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
        var pairs = tests.SelectMany(test => variants.Select(variant => (Variant: variant, Test: test, Seconds: new List<double>()))).ToList();
        var all = pairs.Count * (repetitions + 1);
        var done = 0;
        foreach (var (variant, test, _) in pairs)
        {
            variant.Run(test, cancellation);
            progress?.Invoke(++done, all);
        }
        var peakResidentBytes = PhysicalMemory.PeakResidentBytes();

        var pool = variants[0].Pool;
        using var reader = new ReadLoop(MemoryReadBytes, pool.Threads);
        reader.BytesPerSecond(pool, 0);
        var bandwidths = new List<double>();
        for (var round = 0; round < repetitions; round++)
        {
            foreach (var (variant, test, seconds) in pairs)
            {
                seconds.Add(variant.Run(test, cancellation));
                bandwidths.Add(reader.BytesPerSecond(pool, ReadSeconds));
                progress?.Invoke(++done, all);
            }
        }
        return new Benchmark([.. pairs.Select(pair => BenchmarkResult.Of(pair.Variant, pair.Test, pair.Seconds))], Spread.Of(bandwidths), peakResidentBytes);
    }
}
