using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ActivateStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly Activation function = binding.Step.Function!.Value;
    private readonly float* parameters = binding.Vector(OperandRole.Parameters);

    /// <summary>x[i] = f(x[i]).</summary>
    /// <param name="cap">Of <see cref="Activation.SoftCap"/>.</param>
    /// <param name="parameters">Of <see cref="Activation.Xielu"/>.</param>
    public static void Apply(KernelSet kernels, Activation function, float* x, long count, float? cap = null, float* parameters = null)
    {
        switch (function)
        {
            case Activation.Relu:
                kernels.Relu(x, count);
                break;
            case Activation.Gelu:
                kernels.Gelu(x, count);
                break;
            case Activation.Silu:
                kernels.Silu(x, count);
                break;
            case Activation.GeluTanh:
                kernels.GeluTanh(x, count);
                break;
            case Activation.ReluSquared:
                kernels.ReluSquared(x, count);
                break;
            case Activation.QuickGelu:
                kernels.Silu(x, count, 1.702f);
                break;
            case Activation.SoftCap:
                kernels.SoftCap(x, count, cap!.Value);
                break;
            case Activation.Xielu:
                kernels.Xielu(x, count, parameters[0], parameters[1], parameters[2], parameters[3]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(function), function, "no such function");
        }
    }

    protected override void ExecuteRows(int start, int end, int worker)
    {
        // Row by row, so that register tails fall in the same places whatever the number of threads.
        for (var row = start; row < end; row++)
        {
            var input = Input + (long)row * Width;
            var output = Output + (long)row * Width;
            if (input != output)
                Kernels.Copy(input, output, Width);
            Apply(Kernels, function, output, Width, Step.Scale, parameters);
        }
    }
}
