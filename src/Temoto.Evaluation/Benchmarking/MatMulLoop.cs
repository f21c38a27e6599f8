using Temoto.Generation;
using Temoto.Kernels;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Tensors;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A matrix product over and over on all threads, through the kernels a model would use: the rate that arithmetic allows when operands lie in cache.</summary>
internal sealed unsafe class MatMulLoop : IParallelWork, IDisposable
{
    /// <summary>Rows a thread takes at a time, as the planner cuts prompts.</summary>
    private const int TileRows = 32;

    private readonly Tensor weight;
    private readonly KernelSet kernels;
    private readonly bool integer;
    private readonly int tokens;
    private readonly NativeBuffer x;
    private readonly NativeBuffer y;
    private readonly NativeBuffer scratch;
    private readonly long scratchFloats;

    public MatMulLoop(Tensor weight, KernelSet kernels, int tokens, int threads)
    {
        this.weight = weight;
        this.kernels = kernels;
        this.tokens = tokens;
        integer = kernels.PrefersIntegers && IntegerDot.Takes(weight);
        scratchFloats = (integer ? kernels.Integers!.MatMulScratchFloats(weight.Columns, TileRows) : kernels.MatMulScratchFloats(weight.Columns, TileRows)) + 16;
        scratch = new NativeBuffer(scratchFloats * sizeof(float) * threads);
        y = new NativeBuffer(weight.Rows * tokens * sizeof(float));
        x = new NativeBuffer(weight.Columns * tokens * sizeof(float));
        var random = new RandomSource(1);
        var values = new float[weight.Columns];
        for (var token = 0; token < tokens; token++)
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)random.NextDouble() - 0.5f;
            fixed (float* row = values)
            {
                if (integer)
                    kernels.Integers!.Quantize(row, weight.Columns, new QuantizedRow(x.Data + token * QuantizedRow.Bytes(weight.Columns), weight.Columns));
                else
                    Buffer.MemoryCopy(row, x.Floats + token * weight.Columns, weight.Columns * sizeof(float), weight.Columns * sizeof(float));
            }
        }
    }

    /// <summary>Multiplications and additions of one pass.</summary>
    public double Operations => 2.0 * weight.Rows * weight.Columns * tokens;

    /// <summary>Of the median pass in <paramref name="seconds"/>.</summary>
    public double OperationsPerSecond(WorkerPool pool, double seconds) => Operations / MedianPass.Seconds(pool, this, checked((int)((weight.Rows + TileRows - 1) / TileRows)), seconds);

    public void Execute(int chunk, int worker)
    {
        var first = (long)chunk * TileRows;
        var end = Math.Min(first + TileRows, weight.Rows);
        var mine = scratch.Floats + worker * scratchFloats;
        if (integer)
            kernels.Integers!.MatMul(weight, first, end, null, x.Data, tokens, y.Floats + first, weight.Rows, mine);
        else
            kernels.MatMul(weight, first, end, null, x.Floats, tokens, y.Floats + first, weight.Rows, mine);
    }

    public void Dispose()
    {
        x.Dispose();
        y.Dispose();
        scratch.Dispose();
    }
}
