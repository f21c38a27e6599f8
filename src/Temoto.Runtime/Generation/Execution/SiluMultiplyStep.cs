using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class SiluMultiplyStep(PlanStep step, ForwardState state) : InPlaceStep(step, state)
{
    protected override void Combine(float* output, float* second, long count) => State.Kernels.SiluMultiply(output, second, count);
}
