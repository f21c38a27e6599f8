using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ActivateStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly Activation function = binding.Step.Function!.Value;

    /// <summary>x[i] = f(x[i]).</summary>
    public static void Apply(KernelSet kernels, Activation function, float* x, long count)
    {
        switch (function)
        {
            case Activation.Relu:
                kernels.Relu(x, count);
                break;
            case Activation.Gelu:
                kernels.Gelu(x, count);
                break;
            default:
                throw new NotSupportedException($"no kernel for {function} by itself");
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
            Apply(Kernels, function, output, Width);
        }
    }
}
