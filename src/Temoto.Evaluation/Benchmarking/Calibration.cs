using Temoto.Evaluation.Seeded;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Kernels.Integers.Panels;
using Temoto.Machine;
using Temoto.Packing;
using Temoto.Planning;
using Temoto.Planning.Host;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>Measures this host for the planner: what memory and caches give, what the kernels compute, what a parallel region costs. Some twenty-five seconds.</summary>
/// <param name="Reads">Bytes per second by buffer size and threads.</param>
internal sealed record Calibration(Board Board, HostRates Rates, IReadOnlyList<(long Bytes, int Threads, double BytesPerSecond)> Reads)
{
    /// <summary>How long one figure is measured in each round where nobody says otherwise.</summary>
    public const double DefaultSeconds = 0.12;

    /// <summary>A machine that others use too is not as fast at every moment: each figure is measured at so many, some seconds apart, and the median counts.</summary>
    private const int Rounds = 3;

    /// <summary>A weight of a few hundred KB for each thread, as wide as small models are; eight chunks for each.</summary>
    private const int RowsPerThread = 256, Columns = 1024;

    private const string WeightName = "weight";

    private const int PrefillTokens = 256;

    /// <summary>How often reading and multiplying from memory take turns.</summary>
    private const int OverlapTurns = 4;

    /// <summary>Smallest and largest buffers of the table; the steps between are powers of four.</summary>
    private const long LeastReadBytes = 256 * 1024;

    /// <param name="seconds">How long one figure is measured.</param>
    /// <param name="progress">Gets the figures done and in all.</param>
    public static Calibration Measure(KernelSet kernels, int threads, double seconds, Action<int, int>? progress, CancellationToken cancellation)
    {
        var integerAttention = kernels.IntegerAttention;
        var figures = 13 + PassCalibration.Figures + AttentionRate.Points.Count * (integerAttention is null ? 1 : 2) + 3;
        var sizes = Sizes().ToList();
        var threadCounts = ThreadCounts(threads).ToList();
        var all = sizes.Count * threadCounts.Count + Rounds * figures;
        var done = 0;

        var reads = new List<(long Bytes, int Threads, double BytesPerSecond)>();
        foreach (var count in threadCounts)
        {
            using var few = new WorkerPool(count);
            foreach (var bytes in sizes)
                reads.Add((bytes, count, Step(() => Read(few, bytes, seconds))));
        }
        using var pool = new WorkerPool(threads);
        var rates = MedianRates.Of([.. Enumerable.Range(0, Rounds).Select(_ => Round())]);
        var board = HostBoard.Of(kernels, threads, rates, Evidence.Measured, "temoto bench --calibrate");
        return new Calibration(board, rates, reads);

        HostRates Round()
        {
            var rates = new HostRates(
                ReadBytesPerSecond: Step(() => Read(pool, Benchmark.MemoryReadBytes, seconds)),
                CacheBytesPerSecond: CacheRate(reads, threads),
                OneTokenInt4: Step(() => Rate(DType.I4, tokens: 1)),
                OneTokenInt8: Step(() => Rate(DType.I8, tokens: 1)),
                IdsInt4: Step(() => PackedRate(kernels, pool, DType.I4, limit: 1, seconds)),
                IdsInt8: Step(() => PackedRate(kernels, pool, DType.I8, limit: 15, seconds)),
                EscapesInt4: Step(() => PackedRate(kernels, pool, DType.I4, limit: 7, seconds)),
                EscapesInt8: Step(() => PackedRate(kernels, pool, DType.I8, limit: 127, seconds)),
                ManyTokensInt4: Step(() => Rate(DType.I4, PrefillTokens)),
                ManyTokensInt8: Step(() => Rate(DType.I8, PrefillTokens)),
                Float: Step(() => Rate(DType.F32, PrefillTokens)),
                UnpackBytesPerSecond: Step(() => Unpack(pool, seconds)),
                LaunchSeconds: Step(() => Region(pool, seconds)));
            rates = rates with
            {
                OneTokenBfloat16 = Step(() => Rate(DType.BF16, tokens: 1)),
                Passes = PassCalibration.Measure(kernels, pool, seconds, Step),
                FloatAttention = [.. AttentionRate.Points.Select(queries => Attention(queries, null))],
                IntegerAttention = integerAttention is null ? [] : [.. AttentionRate.Points.Select(queries => Attention(queries, integerAttention))],
                OverlapInt4 = Step(() => Overlap(DType.I4, rates.OneTokenInt4)),
                OverlapInt8 = Step(() => Overlap(DType.I8, rates.OneTokenInt8)),
            };
            return rates with { OverlapBfloat16 = Step(() => Overlap(DType.BF16, rates.OneTokenBfloat16.Value)) };
        }

        double Rate(DType type, int tokens)
        {
            var owned = new List<IDisposable>();
            try
            {
                using var loop = new MatMulLoop(AsMultiplied(NewWeight(type, RowsPerThread * threads, owned), owned), kernels, tokens, threads);
                return loop.OperationsPerSecond(pool, seconds);
            }
            finally
            {
                owned.ForEach(item => item.Dispose());
            }
        }

        Tensor NewWeight(DType type, long rows, List<IDisposable> owned) => SeededMemory.NewTensor(WeightName, [rows, Columns], type, seed: 1, (0, 1 / Math.Sqrt(Columns)), owned, cancellation);

        // As a model's weights lie once it is loaded.
        Tensor AsMultiplied(Tensor weight, List<IDisposable> owned)
        {
            if (!kernels.PrefersIntegers || !LaidPanels.AreWanted(new ModelOptions(), kernels.Integers) || !PanelProducts.Takes(weight))
                return weight;
            var memory = new TensorMemory(LaidPanels.BytesOf(weight));
            owned.Add(memory);
            return LaidPanels.Run(weight, pool, memory) ?? weight;
        }

        // Weights that no cache holds: what reading and multiplying take together, beside what each takes alone. Both are measured in turn: memory is not as fast at every moment.
        double Overlap(DType type, double rate)
        {
            var owned = new List<IDisposable>();
            try
            {
                var weight = NewWeight(type, StreamedBytes / type.RowBytes(Columns), owned);
                using var loop = new MatMulLoop(AsMultiplied(weight, owned), kernels, 1, threads);
                using var reader = new ReadLoop(StreamedBytes, threads);
                var reads = new double[OverlapTurns];
                var products = new double[OverlapTurns];
                for (var turn = 0; turn < OverlapTurns; turn++)
                    (reads[turn], products[turn]) = (reader.BytesPerSecond(pool, seconds / 2), loop.OperationsPerSecond(pool, seconds / 2));
                return HiddenShare(WeightInfo.Of(weight).Bytes / Spread.Of(reads).Median, loop.Operations / rate, loop.Operations / Spread.Of(products).Median);
            }
            finally
            {
                owned.ForEach(item => item.Dispose());
            }
        }

        AttentionRate Attention(int queries, IntegerAttention? integers) => new(queries, Step(() =>
        {
            using var loop = new AttentionLoop(kernels, queries, integers, threads);
            return loop.OperationsPerSecond(pool, seconds);
        }));

        double Step(Func<double> measure)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = measure();
            progress?.Invoke(++done, all);
            return result;
        }
    }

    /// <summary>Of the shorter of two things, the share that hides behind the longer when both take so long together.</summary>
    public static double HiddenShare(double oneSeconds, double otherSeconds, double togetherSeconds) =>
        Math.Clamp((oneSeconds + otherSeconds - togetherSeconds) / Math.Min(oneSeconds, otherSeconds), 0, 1);

    /// <summary>Bytes of weights that are multiplied while they come from memory.</summary>
    private static long StreamedBytes => Math.Clamp(4 * HostProcessor.LastLevelBytes, 64L << 20, 512L << 20);

    private static IEnumerable<long> Sizes()
    {
        for (var bytes = LeastReadBytes; bytes < Benchmark.MemoryReadBytes; bytes *= 4)
            yield return bytes;
        yield return Benchmark.MemoryReadBytes;
    }

    /// <summary>1, 2, 4 ... and all.</summary>
    private static IEnumerable<int> ThreadCounts(int threads)
    {
        for (var count = 1; count < threads; count *= 2)
            yield return count;
        yield return threads;
    }

    private static double Read(WorkerPool pool, long bytes, double seconds)
    {
        using var reader = new ReadLoop(bytes, pool.Threads);
        reader.BytesPerSecond(pool, 0);
        // The better of two, each the best of all ways to read: what stands in its way is somebody else's.
        return Math.Max(reader.BytesPerSecond(pool, seconds / 2), reader.BytesPerSecond(pool, seconds / 2));
    }

    /// <summary>The largest buffer that the last-level cache holds with room to spare; the memory's rate where there is no such cache.</summary>
    private static double CacheRate(List<(long Bytes, int Threads, double BytesPerSecond)> reads, int threads)
    {
        var mine = reads.Where(read => read.Threads == threads).ToList();
        return mine.LastOrDefault(read => read.Bytes <= HostProcessor.LastLevelBytes / 2, mine[^1]).BytesPerSecond;
    }

    /// <summary>One token times weights in the escape code: bell-shaped, with a deviation that gives rows with escapes unless weights beyond <paramref name="limit"/> are cut.</summary>
    private static unsafe double PackedRate(KernelSet kernels, WorkerPool pool, DType type, int limit, double seconds)
    {
        var rows = RowsPerThread * pool.Threads;
        fixed (byte* plain = type == DType.I4 ? Nibbles(rows, 0.7, limit) : Bytes(rows, 12, limit))
        {
            var rowBytes = type.RowBytes(Columns);
            var (stream, _) = PackingEncoder.Encode(plain, rows, rowBytes, weightBits: type == DType.I4 ? 4 : 8, new PackingSettings { Mode = PackingMode.Escape, Threads = pool.Threads });
            using (stream)
            using (var halves = new NativeBuffer(rows * sizeof(ushort)))
            {
                new Span<Half>(halves.Data, rows).Fill((Half)0.01f);
                var scales = new Tensor("scales", DType.F16, [rows, 1], halves.Data, halves.ByteLength, halves);
                var packed = PackedMatrix.Open("calibration", WeightName, stream.Data, stream.ByteLength, stream);
                using var loop = new MatMulLoop(new Tensor(WeightName, type, [rows, Columns], packed) { Scales = new GroupScales(type, Columns, scales, null) }, kernels, 1, pool.Threads);
                return loop.OperationsPerSecond(pool, seconds);
            }
        }
    }

    private static byte[] Bytes(int rows, double deviation, int limit) =>
        Array.ConvertAll(BellShaped(rows, deviation), value => (byte)(sbyte)Math.Clamp(MathF.Round(value), -limit, limit));

    private static byte[] Nibbles(int rows, double deviation, int limit)
    {
        var values = BellShaped(rows, deviation);
        var nibbles = new byte[values.Length / 2];
        for (var i = 0; i < values.Length; i++)
            nibbles[i / 2] |= (byte)(Math.Clamp((int)MathF.Round(values[i]), -limit, limit) + GroupScales.NibbleZero << i % 2 * 4);
        return nibbles;
    }

    private static float[] BellShaped(int rows, double deviation)
    {
        var values = new float[rows * Columns];
        SeededWeights.Fill(SeededWeights.Stream(1, WeightName), 0, 0, deviation, values);
        return values;
    }

    private static unsafe double Unpack(WorkerPool pool, double seconds)
    {
        var rows = RowsPerThread * pool.Threads;
        // Nibbles as round to nearest leaves them: a deviation of 2.2 steps.
        fixed (byte* plain = Nibbles(rows, 2.2, limit: 7))
        {
            var (stream, _) = PackingEncoder.Encode(plain, rows, Columns / 2, weightBits: 4, new PackingSettings { Threads = pool.Threads });
            using (stream)
            {
                using var loop = new UnpackLoop(PackedMatrix.Open("calibration", WeightName, stream.Data, stream.ByteLength, stream), rows, Columns / 2, pool.Threads);
                return loop.BytesPerSecond(pool, seconds);
            }
        }
    }

    /// <summary>A region in which every thread takes part, one after the other: of ten in a row, which the clock can tell.</summary>
    private static double Region(WorkerPool pool, double seconds)
    {
        const int regions = 10;
        var meeting = new Meeting(pool.Threads);
        return MedianPass.Seconds(() =>
        {
            for (var region = 0; region < regions; region++)
            {
                meeting.Arrived = 0;
                pool.Run(meeting, pool.Threads);
            }
        }, seconds) / regions;
    }

    /// <summary>A chunk ends when all have begun, so that no thread can take two.</summary>
    private sealed class Meeting(int threads) : IParallelWork
    {
        public int Arrived;

        public void Execute(int chunk, int worker)
        {
            Interlocked.Increment(ref Arrived);
            var spinner = new SpinWait();
            while (Volatile.Read(ref Arrived) < threads)
                spinner.SpinOnce(sleep1Threshold: -1);
        }
    }
}
