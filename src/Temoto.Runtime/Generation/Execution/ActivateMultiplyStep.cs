namespace Temoto.Generation.Execution;

/// <summary>f(x) * second.</summary>
internal sealed unsafe class ActivateMultiplyStep(StepBinding binding) : InPlaceStep(binding)
{
    protected override void Combine(float* output, float* second, int count) => Gate.Apply(Kernels, Step.Function, output, second, count);
}
