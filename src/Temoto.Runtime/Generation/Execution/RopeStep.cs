using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class RopeStep(PlanStep step, RopeOp op, bool interleaved, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Input.Width;
        var half = op.HeadDim / 2;
        for (var row = start; row < end; row++)
        {
            var source = Input(0) + (long)row * width;
            var destination = Output + (long)row * width;
            if (source != destination)
                State.Kernels.Copy(source, destination, width);
            for (var head = 0; head < width; head += op.HeadDim)
                State.Kernels.Rope(destination + head, State.Cosines + (long)row * half, State.Sines + (long)row * half, op.HeadDim, interleaved);
        }
    }
}
