using Temoto.Generation;
using Temoto.Kernels;
using Temoto.Kernels.Attention;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// The products of attention, some queries over a cache in each thread's second-level cache, tile by tile as steps do them: scores, and values weighted with numbers that softmax could
/// have left. Softmax itself has a rate of its own (<see cref="PassCalibration"/>).
/// </summary>
internal sealed unsafe class AttentionLoop : IParallelWork, IDisposable
{
    /// <summary>Of most small models; with wider ones products take a larger part, with the same rate.</summary>
    private const int HeadDim = 64;

    /// <summary>Keys and values of half floats are 128 KB.</summary>
    private const int Positions = 512;

    private readonly KernelSet kernels;
    private readonly int queries;
    private readonly IntegerAttention? integers;
    private readonly KvLayout layout;
    private readonly NativeBuffer[] caches;
    private readonly NativeBuffer[] floats;

    /// <param name="integers">Null for a cache of half floats.</param>
    public AttentionLoop(KernelSet kernels, int queries, IntegerAttention? integers, int threads)
    {
        this.kernels = kernels;
        this.queries = queries;
        this.integers = integers;
        layout = new KvLayout(integers is null ? NumberType.Float16 : NumberType.Int8, Layers: 1, KvHeads: 1, HeadDim, Positions);
        caches = new NativeBuffer[threads];
        floats = new NativeBuffer[threads];
        var random = new RandomSource(1);
        for (var worker = 0; worker < threads; worker++)
        {
            caches[worker] = new NativeBuffer(layout.Bytes);
            // Queries, outputs, scores and weights of a tile, then what products need.
            floats[worker] = new NativeBuffer((queries * (2L * HeadDim + 2 * TilePositions) + ScratchFloats) * sizeof(float));
            Fill(worker, random);
        }
    }

    /// <summary>Multiplications and additions of one pass.</summary>
    public double Operations => 4.0 * HeadDim * caches.Length * queries * Positions;

    private int TilePositions => integers is null ? kernels.AttentionTilePositions : IntegerAttention.TilePositions;

    private long ScratchFloats => (integers is null ? kernels.KvScratchFloats(HeadDim) : IntegerAttention.QueryBytes(queries, HeadDim) / sizeof(float)) + 16;

    /// <summary>Of all threads in the median pass.</summary>
    public double OperationsPerSecond(WorkerPool pool, double seconds) => Operations / MedianPass.Seconds(pool, this, caches.Length, seconds);

    public void Execute(int chunk, int worker)
    {
        var memory = floats[chunk].Floats;
        var outputs = memory + queries * HeadDim;
        var scores = outputs + queries * HeadDim;
        var weights = scores + queries * TilePositions;
        var scratch = weights + queries * TilePositions;
        new Span<float>(outputs, queries * HeadDim).Clear();
        integers?.RoundQueries(memory, queries, HeadDim, (byte*)scratch);
        for (var start = 0; start < Positions; start += TilePositions)
        {
            var end = Math.Min(start + TilePositions, Positions);
            if (integers is null)
            {
                kernels.Scores(memory, queries, View(chunk, keys: true), start, end, scores, TilePositions, scratch);
                kernels.AddValues(weights, TilePositions, queries, View(chunk, keys: false), start, end, outputs, scratch);
            }
            else
            {
                integers.Scores((byte*)scratch, queries, View(chunk, keys: true), start, end, scores, TilePositions);
                integers.AddValues(weights, TilePositions, queries, View(chunk, keys: false), start, end, outputs);
            }
        }
    }

    public void Dispose()
    {
        foreach (var buffer in caches.Concat(floats))
            buffer.Dispose();
    }

    private KvHeadView View(int worker, bool keys) => new(
        layout.Type,
        caches[worker].Data + layout.PlaneOffset(0, 0, keys),
        layout.Type == NumberType.Int8 ? (float*)(caches[worker].Data + layout.ScaleOffset(0, 0, keys)) : null,
        HeadDim);

    private void Fill(int worker, RandomSource random)
    {
        var row = floats[worker].Floats;
        for (var position = 0; position < Positions; position++)
        {
            foreach (var keys in (bool[])[true, false])
            {
                for (var i = 0; i < HeadDim; i++)
                    row[i] = (float)random.NextDouble() - 0.5f;
                if (keys)
                    kernels.StoreKey(row, View(worker, keys), position);
                else
                    kernels.StoreValue(row, View(worker, keys), position);
            }
        }
        for (var i = 0; i < queries * HeadDim; i++)
            row[i] = (float)random.NextDouble() - 0.5f;
        var weights = row + queries * (2 * HeadDim + TilePositions);
        for (var i = 0; i < queries * TilePositions; i++)
            weights[i] = (float)random.NextDouble();
    }
}
