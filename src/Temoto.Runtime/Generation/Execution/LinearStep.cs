using Temoto.Dataflow;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class LinearStep(PlanStep step, Tensor weight, float* bias, ForwardState state, bool afterRowSelection)
    : BoundStep(step, state, afterRowSelection)
{
    private readonly float* bias = bias;

    public override int Prepare() => (int)((weight.Rows + Step.TileRows - 1) / Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * Step.TileRows;
        var end = Math.Min(start + Step.TileRows, weight.Rows);
        State.Kernels.MatMul(weight, start, end, bias, Input(0), Rows, Output, State.Scratch[worker]);
    }
}
