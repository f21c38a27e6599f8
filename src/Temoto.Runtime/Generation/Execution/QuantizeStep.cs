using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class QuantizeStep(PlanStep step, QuantizeOp op, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
    private readonly IntegerDot integers = state.Kernels.Integers!;

    protected override void ExecuteRows(int start, int end)
    {
        var width = op.Input.Width;
        for (var row = start; row < end; row++)
        {
            var x = Input(0) + (long)row * width;
            var destination = new QuantizedRow(State.Arena + Step.Output + row * op.Output.RowBytes, width);
            if (op.Grid is null)
            {
                integers.Quantize(x, width, destination);
                continue;
            }
            var scale = op.Grid.StaticScale ?? State.Kernels.MaxMagnitude(x, width) / InputGrid.Limit;
            integers.QuantizeToGrid(x, scale, width, destination);
        }
    }
}
