using Temoto.Dataflow;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class AddPositionsStep(PlanStep step, AddPositionsOp op, Tensor table, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Output.Width;
        for (var row = start; row < end; row++)
        {
            // The output never lies over the input: the position's row is decoded there first.
            var offset = (long)row * width;
            State.Kernels.DecodeRow(table, State.PositionOf(row) + op.Offset, Output + offset);
            State.Kernels.Add(Output + offset, Input(0) + offset, width);
        }
    }
}
