using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>The norm of a row in scratch, rounded from there.</summary>
internal sealed unsafe class NormQuantizeStep(PlanStep step, NormQuantizeOp op, float* weight, OutputRows output, ForwardState state, bool afterRowSelection)
    : RowwiseStep(step, state, afterRowSelection)
{
    private readonly float* weight = weight;

    public static long ScratchFloats(NormQuantizeOp op) => op.Norm.Input.Width;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Norm.Input.Width;
        for (var row = start; row < end; row++)
        {
            State.Kernels.RmsNorm(Input(0) + (long)row * width, weight, op.Norm.Epsilon, State.Scratch[worker], width);
            output.Store(State.Scratch[worker], row, 0, width);
        }
    }
}
