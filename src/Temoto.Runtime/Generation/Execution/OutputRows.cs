using Temoto.Kernels.Integers;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>Stores parts of rows into a step's output: as they are, or rounded to integers on the way.</summary>
internal sealed unsafe class OutputRows(StepBinding binding)
{
    private readonly ForwardState state = binding.State;
    private readonly byte* rows = binding.Find(OperandRole.Output);
    private readonly int width = (int)binding.Step[OperandRole.Output].Shape[1];
    private readonly long rowBytes = binding.Step[OperandRole.Output].Format.RowBytes(binding.Step[OperandRole.Output].Shape[1]);
    private readonly bool isInteger = binding.Step[OperandRole.Output].Format.IsInteger;
    private readonly Grid? grid = binding.Step[OperandRole.Output].Format.Grid;

    /// <param name="x">[columns]; a multiple of 32 where the output is quantized.</param>
    public void Store(float* x, int row, int firstColumn, int columns)
    {
        var destination = rows + row * rowBytes;
        if (!isInteger)
        {
            state.Kernels.Copy(x, (float*)destination + firstColumn, columns);
            return;
        }
        var integers = state.Kernels.Integers!;
        var quantized = new QuantizedRow(destination, width).From(firstColumn);
        if (grid is null)
            integers.Quantize(x, columns, quantized);
        else
            integers.QuantizeToGrid(x, grid.StaticScale ?? state.Kernels.MaxMagnitude(x, columns) / InputGrid.Limit, columns, quantized);
    }
}
