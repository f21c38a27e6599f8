using Temoto.Machine;

namespace Temoto.Quantization;

/// <summary>Work on the rows of a matrix, cut into chunks of a fixed size: what a chunk computes does not depend on the number of threads.</summary>
internal sealed class ParallelRows : IParallelWork
{
    private readonly long rows;
    private readonly int chunkRows;
    private readonly Action<long, long, int> work;

    private ParallelRows(long rows, int chunkRows, Action<long, long, int> work)
    {
        this.rows = rows;
        this.chunkRows = chunkRows;
        this.work = work;
    }

    /// <param name="work">Gets the first row, the row after the last and the worker's index.</param>
    public static void Run(WorkerPool pool, long rows, int chunkRows, Action<long, long, int> work) =>
        pool.Run(new ParallelRows(rows, chunkRows, work), checked((int)((rows + chunkRows - 1) / chunkRows)));

    public void Execute(int chunk, int worker)
    {
        var start = (long)chunk * chunkRows;
        work(start, Math.Min(start + chunkRows, rows), worker);
    }
}
