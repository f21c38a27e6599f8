using Temoto.Machine;
using Temoto.Planning.Host;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// Times tests on variants of a model. Repetitions are interleaved: each round runs everything once, the read loop between them, so that a slow minute of the
/// machine meets all of them alike; a round in which a test was faster than reading is thrown away. One round is not counted: it compiles the kernels and brings the weights into memory.
/// </summary>
internal sealed class Benchmark
{
    /// <summary>How long the read loop runs after each test, at least: every way to read takes one pass.</summary>
    private const double ReadSeconds = 0.05;

    /// <summary>The buffer that is read: large enough that the last-level cache keeps little of it.</summary>
    private const long LeastReadBytes = 256L << 20, MostReadBytes = 1L << 30;

    /// <summary>Bytes to read so that they come from memory.</summary>
    public static long MemoryReadBytes => Math.Clamp(8 * HostProcessor.LastLevelBytes, LeastReadBytes, MostReadBytes);

    private Benchmark(IReadOnlyList<BenchmarkResult> results, Spread readBytesPerSecond, int noisyRounds, long peakResidentBytes)
    {
        Results = results;
        ReadSamples = readBytesPerSecond;
        NoisyRounds = noisyRounds;
        PeakResidentBytes = peakResidentBytes;
    }

    public IReadOnlyList<BenchmarkResult> Results { get; }

    /// <summary>What memory gives, with all threads of the engine: the most of all samples, each of which is the best of several ways to read.</summary>
    public double ReadBytesPerSecond => ReadSamples.Max;

    /// <summary>One sample after each test of each round.</summary>
    public Spread ReadSamples { get; }

    /// <summary>Rounds in which a test was faster than reading; they were thrown away and repeated (<see cref="QuietRounds"/>).</summary>
    public int NoisyRounds { get; }

    /// <summary>After the round that is not counted, before the read loop takes its buffer.</summary>
    public long PeakResidentBytes { get; }

    /// <param name="progress">Gets the tests done and in all, the round that is not counted included; a round that is repeated adds to both.</param>
    public static Benchmark Run(IReadOnlyList<BenchmarkVariant> variants, IReadOnlyList<BenchmarkTest> tests, int repetitions, Action<int, int>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
        var pairs = tests.SelectMany(test => variants.Select(variant => (Variant: variant, Test: test))).ToList();
        var all = pairs.Count * (repetitions + 1);
        var done = 0;
        foreach (var (variant, test) in pairs)
        {
            variant.Run(test, cancellation);
            progress?.Invoke(++done, all);
        }
        var peakResidentBytes = PhysicalMemory.PeakResidentBytes();

        var pool = variants[0].Pool;
        using var reader = new ReadLoop(MemoryReadBytes, pool.Threads);
        reader.BytesPerSecond(pool, 0);
        var bounds = pairs.ConvertAll(pair => ReadBound.Of(pair.Variant, pair.Test));
        var reads = new List<double>();
        var rounds = QuietRounds.Take(repetitions, Round, IsNoisy);
        var results = pairs.Select((pair, i) => BenchmarkResult.Of(pair.Variant, pair.Test, [.. rounds.Kept.Select(round => round[i])]));
        return new Benchmark([.. results], Spread.Of(reads), rounds.ThrownAway, peakResidentBytes);

        IReadOnlyList<double> Round()
        {
            all = Math.Max(all, done + pairs.Count);
            return pairs.ConvertAll(Timed);
        }

        double Timed((BenchmarkVariant Variant, BenchmarkTest Test) pair)
        {
            var seconds = pair.Variant.Run(pair.Test, cancellation);
            reads.Add(reader.BytesPerSecond(pool, ReadSeconds));
            progress?.Invoke(++done, all);
            return seconds;
        }

        bool IsNoisy(IReadOnlyList<double> round) => bounds.Where((bound, i) => bound.IsBeaten(round[i], reads.Max())).Any();
    }
}
