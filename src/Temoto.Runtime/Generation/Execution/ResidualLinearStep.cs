using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of the product for all tokens in scratch, then added to the residual.</summary>
internal sealed unsafe class ResidualLinearStep(PlanStep step, BoundLinear linear, ForwardState state, bool afterRowSelection) : BoundStep(step, state, afterRowSelection)
{
    public static long ScratchFloats(Plan plan, PlanStep step) => (long)plan.MaxTokens * step.TileRows;

    public override int Prepare() => Chunks(linear.Weight.Rows, Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var width = linear.Weight.Rows;
        var start = (long)chunk * Step.TileRows;
        var count = Math.Min(Step.TileRows, width - start);
        var tile = State.Scratch[worker];
        linear.Multiply(start, start + count, 0, Rows, tile, count, tile + (long)Rows * count);
        var residual = Input(0) + start;
        var output = Output + start;
        for (var row = 0; row < Rows; row++, residual += width, output += width, tile += count)
        {
            if (residual != output)
                State.Kernels.Copy(residual, output, count);
            State.Kernels.Add(output, tile, count);
        }
    }
}
