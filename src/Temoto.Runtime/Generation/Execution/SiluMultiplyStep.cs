using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SiluMultiplyStep(PlanStep step, SiluMultiplyOp op, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end)
    {
        var offset = (long)start * op.Output.Width;
        var count = (long)(end - start) * op.Output.Width;
        var gate = Input(0) + offset;
        var output = Output + offset;
        if (gate != output)
            Buffer.MemoryCopy(gate, output, count * sizeof(float), count * sizeof(float));
        State.Kernels.SiluMultiply(output, Input(1) + offset, count);
    }
}
