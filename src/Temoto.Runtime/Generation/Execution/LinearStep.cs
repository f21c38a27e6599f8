using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

internal sealed unsafe class LinearStep(PlanStep step, BoundLinear linear, ForwardState state, bool afterRowSelection) : BoundStep(step, state, afterRowSelection)
{
    public override int Prepare() => Chunks(linear.Weight.Rows, Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * Step.TileRows;
        var end = Math.Min(start + Step.TileRows, linear.Weight.Rows);
        linear.Multiply(start, end, 0, Rows, Output + start, linear.Weight.Rows, State.Scratch[worker]);
    }
}
