using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>The norm of a row in scratch, rounded from there.</summary>
internal sealed unsafe class NormQuantizeStep(PlanStep step, BoundNorm norm, OutputRows output, ForwardState state, bool afterRowSelection)
    : RowwiseStep(step, state, afterRowSelection)
{
    public static long ScratchFloats(NormQuantizeOp op) => op.Output.Width;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = Step.Op.Output.Width;
        for (var row = start; row < end; row++)
        {
            norm.Compute(Input(0) + (long)row * width, State.Scratch[worker]);
            output.Store(State.Scratch[worker], row, 0, width);
        }
    }
}
