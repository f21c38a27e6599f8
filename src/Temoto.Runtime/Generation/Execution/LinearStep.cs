using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class LinearStep(PlanStep step, LinearOp op, Tensor weight, float* bias, ForwardState state, bool afterRowSelection)
    : BoundStep(step, state, afterRowSelection)
{
    private readonly float* bias = bias;

    /// <summary>Null for float activations.</summary>
    private readonly IntegerDot? integers = op.Input.Quantized ? state.Kernels.Integers : null;

    public override int Prepare() => (int)((weight.Rows + Step.TileRows - 1) / Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * Step.TileRows;
        var end = Math.Min(start + Step.TileRows, weight.Rows);
        if (integers is null)
            State.Kernels.MatMul(weight, start, end, bias, Input(0), Rows, Output + start, weight.Rows, State.Scratch[worker]);
        else
            integers.MatMul(weight, start, end, bias, (byte*)Input(0), Rows, Output + start, weight.Rows, State.Scratch[worker]);
    }
}
