using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class ActivateStep(PlanStep step, ActivateOp op, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var width = op.Output.Width;
        // Row by row, so that register tails fall in the same places whatever the number of threads.
        for (var row = start; row < end; row++)
        {
            var input = Input(0) + (long)row * width;
            var output = Output + (long)row * width;
            if (input != output)
                Buffer.MemoryCopy(input, output, width * sizeof(float), width * sizeof(float));
            switch (op.Function)
            {
                case Activation.Relu:
                    State.Kernels.Relu(output, width);
                    break;
                case Activation.Gelu:
                    State.Kernels.Gelu(output, width);
                    break;
                default:
                    throw new InvalidOperationException($"no kernel for {op.Function}");
            }
        }
    }
}
