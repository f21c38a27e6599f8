using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class RmsNormStep(PlanStep step, RmsNormOp op, float* weight, ForwardState state, bool afterRowSelection)
    : RowwiseStep(step, state, afterRowSelection)
{
    private readonly float* weight = weight;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Input.Width;
        for (var row = start; row < end; row++)
        {
            for (var group = 0; group < width; group += op.GroupWidth)
            {
                var offset = (long)row * width + group;
                State.Kernels.RmsNorm(Input(0) + offset, weight, op.Epsilon, Output + offset, op.GroupWidth);
            }
        }
    }
}
