using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>
/// An element-wise step of two inputs that combines the second into the output. Where the plan has not placed the output over the first input, that one is
/// copied there first.
/// </summary>
internal abstract unsafe class InPlaceStep(PlanStep step, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
    protected abstract void Combine(float* output, float* second, long count);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = Step.Op.Output.Width;
        // Row by row: were several taken together, the ends that a register does not fill would fall elsewhere for another number of threads.
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * width;
            var first = Input(0) + offset;
            var output = Output + offset;
            if (first != output)
                State.Kernels.Copy(first, output, width);
            Combine(output, Input(1) + offset, width);
        }
    }
}
