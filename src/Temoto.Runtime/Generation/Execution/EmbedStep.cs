using Temoto.Dataflow;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class EmbedStep(PlanStep step, EmbedOp op, Tensor table, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
            State.Kernels.DecodeRow(table, State.TokenIds[row], Output + (long)row * op.Output.Width);
    }
}
