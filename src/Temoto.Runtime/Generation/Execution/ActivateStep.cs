using Temoto.Dataflow;
using Temoto.Kernels;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ActivateStep(PlanStep step, ActivateOp op, ForwardState state, bool afterRowSelection) : RowwiseStep(step, state, afterRowSelection)
{
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
                throw new InvalidOperationException($"no kernel for {function}");
        }
    }

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Output.Width;
        // Row by row, so that register tails fall in the same places whatever the number of threads.
        for (var row = start; row < end; row++)
        {
            var input = Input(0) + (long)row * width;
            var output = Output + (long)row * width;
            if (input != output)
                State.Kernels.Copy(input, output, width);
            Apply(State.Kernels, op.Function, output, width);
        }
    }
}
