using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class AddStep(PlanStep step, ForwardState state, bool afterRowSelection) : InPlaceStep(step, state, afterRowSelection)
{
    protected override void Combine(float* output, float* second, long count) => State.Kernels.Add(output, second, count);
}
