namespace Temoto.Generation.Execution;

/// <summary>x + scale * second.</summary>
internal sealed unsafe class AddStep(StepBinding binding) : InPlaceStep(binding)
{
    protected override void Combine(float* output, float* second, int count)
    {
        if (Step.Scale is { } scale)
            Kernels.AddScaled(output, scale, second, count);
        else
            Kernels.Add(output, second, count);
    }
}
