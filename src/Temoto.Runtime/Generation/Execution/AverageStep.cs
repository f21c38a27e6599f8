using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class AverageStep(PlanStep step, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = Step.Op.Output.Width;
        for (long i = (long)start * width; i < (long)end * width; i++)
            Output[i] = (Input(0)[i] + Input(1)[i]) / 2;
    }
}
