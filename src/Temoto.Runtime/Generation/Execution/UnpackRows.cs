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

    /// <param name="memory">Holds the rows; the caller disposes it after the tensor's last use.</param>
    public static Tensor Run(Tensor packed, WorkerPool pool, out NativeBuffer memory)
    {
        memory = new NativeBuffer(packed.RowBytes * packed.Rows);
        var blockRows = packed.Encoded!.BlockRows;
        pool.Run(new UnpackRows(packed, memory.Data), (int)((packed.Rows + blockRows - 1) / blockRows));
        return new Tensor(packed.Name, packed.DType, packed.Shape, memory.Data, memory.ByteLength, memory) { Scales = packed.Scales, InputGrid = packed.InputGrid };
    }

    public void Execute(int chunk, int worker)
    {
        var encoded = packed.Encoded!;
        var start = (long)chunk * encoded.BlockRows;
        encoded.DecodeRows(start, Math.Min(start + encoded.BlockRows, packed.Rows), rows + start * packed.RowBytes);
    }
}
