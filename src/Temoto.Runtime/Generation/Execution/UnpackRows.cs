using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>Lays the rows of a packed weight out plain, its blocks side by side on all threads.</summary>
internal sealed unsafe class UnpackRows : IParallelWork
{
    private readonly Tensor packed;
    private readonly byte* rows;

    private UnpackRows(Tensor packed, byte* rows)
    {
        this.packed = packed;
        this.rows = rows;
    }

    /// <param name="memory">Gives room for <see cref="BytesOf"/>.</param>
    public static Tensor Run(Tensor packed, WorkerPool pool, TensorMemory memory)
    {
        var rows = memory.Take(BytesOf(packed), out var owner);
        var blockRows = packed.Encoded!.BlockRows;
        pool.Run(new UnpackRows(packed, rows), (int)((packed.Rows + blockRows - 1) / blockRows));
        return new Tensor(packed.Name, packed.DType, packed.Shape, rows, BytesOf(packed), owner) { Scales = packed.Scales, InputGrid = packed.InputGrid };
    }

    /// <summary>What <paramref name="packed"/> takes plain.</summary>
    public static long BytesOf(Tensor packed) => packed.RowBytes * packed.Rows;

    public void Execute(int chunk, int worker)
    {
        var encoded = packed.Encoded!;
        var start = (long)chunk * encoded.BlockRows;
        encoded.DecodeRows(start, Math.Min(start + encoded.BlockRows, packed.Rows), rows + start * packed.RowBytes);
    }
}
