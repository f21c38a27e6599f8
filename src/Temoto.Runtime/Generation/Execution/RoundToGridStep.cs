using Temoto.Dataflow;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class RoundToGridStep(PlanStep step, RoundToGridOp op, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Input.Width;
        for (var row = start; row < end; row++)
        {
            var x = Input(0) + (long)row * width;
            var y = Output + (long)row * width;
            var scale = op.StaticScale ?? State.Kernels.MaxMagnitude(x, width) / InputGrid.Limit;
            if (scale > 0 || float.IsNaN(scale))
                State.Kernels.RoundToGrid(x, scale, y, width);
            else
                new Span<float>(y, width).Clear();
        }
    }
}
