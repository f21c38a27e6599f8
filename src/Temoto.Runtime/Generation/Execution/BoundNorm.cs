using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A norm with its weights, of groups of columns.</summary>
internal sealed unsafe class BoundNorm
{
    private readonly KernelSet kernels;
    private readonly int groupWidth;
    private readonly float epsilon;
    private readonly float* weight;

    private readonly float* bias;
    private readonly bool centres;

    /// <summary>The norm of a step of its own.</summary>
    public BoundNorm(StepBinding binding)
        : this(binding, OperandRole.Weight)
    {
        bias = binding.Vector(OperandRole.Bias);
        centres = binding.Step.Kind == StepKind.LayerNorm;
    }

    /// <summary>An RMS norm of heads.</summary>
    public BoundNorm(StepBinding binding, OperandRole weight)
    {
        kernels = binding.Kernels;
        (epsilon, groupWidth) = binding.Step.Norm ?? throw new InvalidOperationException($"{binding.Step.Name} is no norm");
        this.weight = binding.Vector(weight);
    }

    /// <summary>One group, or several one after the other.</summary>
    public void Compute(float* x, float* y, int width)
    {
        for (var group = 0; group < width; group += groupWidth)
        {
            if (centres)
                kernels.LayerNorm(x + group, weight, bias, epsilon, y + group, groupWidth);
            else
                kernels.RmsNorm(x + group, weight, epsilon, y + group, groupWidth);
        }
    }
}
