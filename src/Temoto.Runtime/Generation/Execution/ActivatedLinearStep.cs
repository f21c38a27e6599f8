using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of the product for all tokens in scratch; what is stored has passed the activation.</summary>
internal sealed unsafe class ActivatedLinearStep(PlanStep step, ActivatedLinearOp op, BoundLinear linear, OutputRows output, ForwardState state, bool afterRowSelection)
    : BoundStep(step, state, afterRowSelection)
{
    public static long ScratchFloats(Plan plan, PlanStep step) => WholeRegisters((long)plan.MaxTokens * step.TileRows);

    public override int Prepare() => Chunks(linear.Weight.Rows, Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * Step.TileRows;
        var count = (int)Math.Min(Step.TileRows, linear.Weight.Rows - start);
        var tile = State.Scratch[worker];
        var floats = WholeRegisters((long)Rows * count);
        linear.Multiply(start, start + count, 0, Rows, tile, count, tile + floats);
        ActivateStep.Apply(State.Kernels, op.Function, tile, floats);
        for (var row = 0; row < Rows; row++)
            output.Store(tile + (long)row * count, row, (int)start, count);
    }
}
