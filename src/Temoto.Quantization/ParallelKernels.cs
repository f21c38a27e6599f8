using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>Matrix products and sums of squares on all threads. Sums are taken per row and then in the order of the rows: they do not depend on the threads.</summary>
internal sealed unsafe class ParallelKernels(KernelSet kernels, WorkerPool pool) : IDisposable
{
    /// <summary>Weight rows a thread decodes and multiplies with all tokens.</summary>
    public const int TileRows = 32;

    private const int ChunkTokens = 16;

    private NativeBuffer scratch = new(0);
    private long scratchFloats;

    public KernelSet Kernels => kernels;

    public WorkerPool Pool => pool;

    /// <summary>At least that many floats for every worker; earlier addresses are no longer valid.</summary>
    public float*[] Scratch(long floats)
    {
        if (floats > scratchFloats)
        {
            // Whole cache lines, so that two workers never share one.
            scratchFloats = (floats + 15) / 16 * 16;
            scratch.Dispose();
            scratch = new NativeBuffer(scratchFloats * pool.Threads * sizeof(float));
        }
        var ofWorker = new float*[pool.Threads];
        for (var worker = 0; worker < pool.Threads; worker++)
            ofWorker[worker] = scratch.Floats + worker * scratchFloats;
        return ofWorker;
    }

    /// <summary>y[t, n] = sum over k of x[t, k] * weight[n, k].</summary>
    public void MatMul(Tensor weight, float* x, int tokens, float* y)
    {
        var ofWorker = Scratch(kernels.MatMulScratchFloats(weight.Columns, TileRows));
        ParallelRows.Run(pool, weight.Rows, TileRows, (start, end, worker) => kernels.MatMul(weight, start, end, null, x, tokens, y + start, weight.Rows, ofWorker[worker]));
    }

    /// <summary>The sum of (a - b)^2 over [rows, width]; b may be null, for zeros.</summary>
    public double SquaredDifference(float* a, float* b, int rows, int width)
    {
        var sums = new double[rows];
        ParallelRows.Run(pool, rows, ChunkTokens, (start, end, _) =>
        {
            for (var row = start; row < end; row++)
            {
                var sum = 0d;
                for (var i = (long)row * width; i < (row + 1L) * width; i++)
                {
                    double difference = b is null ? a[i] : a[i] - b[i];
                    sum += difference * difference;
                }
                sums[row] = sum;
            }
        });
        return sums.Sum();
    }

    public void Dispose() => scratch.Dispose();
}
