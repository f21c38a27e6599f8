using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class AddStep(PlanStep step, AddOp op, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end)
    {
        var offset = (long)start * op.Output.Width;
        var count = (long)(end - start) * op.Output.Width;
        var left = Input(0) + offset;
        var output = Output + offset;
        if (left != output)
            Buffer.MemoryCopy(left, output, count * sizeof(float), count * sizeof(float));
        State.Kernels.Add(output, Input(1) + offset, count);
    }
}
