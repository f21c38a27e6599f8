using Temoto.Dataflow;
using Temoto.Kernels.Integers;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>Stores parts of rows into a step's output: as they are, or rounded to integers on the way.</summary>
internal sealed unsafe class OutputRows(PlanStep step, InputGrid? grid, ForwardState state)
{
    private readonly Value value = step.Op.Output;
    private readonly byte* rows = state.Arena + step.Output;

    /// <param name="x">[columns]; a multiple of 32 where the output is quantized.</param>
    public void Store(float* x, int row, int firstColumn, int columns)
    {
        var destination = rows + row * value.RowBytes;
        if (!value.Quantized)
        {
            state.Kernels.Copy(x, (float*)destination + firstColumn, columns);
            return;
        }
        var integers = state.Kernels.Integers!;
        var quantized = new QuantizedRow(destination, value.Width).From(firstColumn);
        if (grid is null)
            integers.Quantize(x, columns, quantized);
        else
            integers.QuantizeToGrid(x, grid.StaticScale ?? state.Kernels.MaxMagnitude(x, columns) / InputGrid.Limit, columns, quantized);
    }
}
