using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class QuantizeStep(PlanStep step, OutputRows output, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = Step.Op.Output.Width;
        for (var row = start; row < end; row++)
            output.Store(Input(0) + (long)row * width, row, 0, width);
    }
}
