using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class LayerNormStep(PlanStep step, LayerNormOp op, float* weight, float* bias, ForwardState state, bool afterRowSelection)
    : RowwiseStep(step, state, afterRowSelection)
{
    private readonly float* weight = weight;
    private readonly float* bias = bias;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Input.Width;
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * width;
            State.Kernels.LayerNorm(Input(0) + offset, weight, bias, op.Epsilon, Output + offset, width);
        }
    }
}
