using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>Decodes packed rows over and over on all threads, block by block as the matrix products do.</summary>
internal sealed unsafe class UnpackLoop : IParallelWork, IDisposable
{
    private readonly EncodedRows encoded;
    private readonly long rows;
    private readonly long rowBytes;
    private readonly long blockBytes;
    private readonly NativeBuffer blocks;

    public UnpackLoop(EncodedRows encoded, long rows, long rowBytes, int threads)
    {
        this.encoded = encoded;
        this.rows = rows;
        this.rowBytes = rowBytes;
        blockBytes = (encoded.BlockRows * rowBytes + 63) / 64 * 64;
        blocks = new NativeBuffer(blockBytes * threads);
    }

    /// <summary>Plain bytes per second of the median pass in <paramref name="seconds"/>.</summary>
    public double BytesPerSecond(WorkerPool pool, double seconds) => rows * rowBytes / MedianPass.Seconds(pool, this, checked((int)((rows + encoded.BlockRows - 1) / encoded.BlockRows)), seconds);

    public void Execute(int chunk, int worker)
    {
        var first = (long)chunk * encoded.BlockRows;
        encoded.DecodeRows(first, Math.Min(first + encoded.BlockRows, rows), blocks.Data + worker * blockBytes);
    }

    public void Dispose() => blocks.Dispose();
}
