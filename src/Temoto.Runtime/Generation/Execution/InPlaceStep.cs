using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>
/// An element-wise step of two inputs that combines the second into the output. Where the plan has not placed the output over the first input, that one is
/// copied there first.
/// </summary>
internal abstract unsafe class InPlaceStep(PlanStep step, ForwardState state) : RowwiseStep(step, state, false)
{
    protected abstract void Combine(float* output, float* second, long count);

    protected override void ExecuteRows(int start, int end)
    {
        var width = Step.Op.Output.Width;
        var offset = (long)start * width;
        var count = (long)(end - start) * width;
        var first = Input(0) + offset;
        var output = Output + offset;
        if (first != output)
            Buffer.MemoryCopy(first, output, count * sizeof(float), count * sizeof(float));
        Combine(output, Input(1) + offset, count);
    }
}
