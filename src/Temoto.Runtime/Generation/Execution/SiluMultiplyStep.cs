using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SiluMultiplyStep(PlanStep step, ForwardState state, bool afterRowSelection) : InPlaceStep(step, state, afterRowSelection)
{
    protected override void Combine(float* output, float* second, long count) => State.Kernels.SiluMultiply(output, second, count);
}
