namespace Temoto.Generation.Execution;

/// <summary>(x + second) / 2.</summary>
internal sealed unsafe class AverageStep(StepBinding binding) : InPlaceStep(binding)
{
    protected override void Combine(float* output, float* second, int count)
    {
        Kernels.Add(output, second, count);
        Kernels.Scale(output, count, 0.5f);
    }
}
