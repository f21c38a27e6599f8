using Temoto.Dataflow;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of both products for all tokens in scratch; only silu(gate) * up is stored.</summary>
internal sealed unsafe class GatedLinearStep(PlanStep step, BoundLinear gate, BoundLinear up, OutputRows output, ForwardState state, bool afterRowSelection)
    : BoundStep(step, state, afterRowSelection)
{
    public static long ScratchFloats(Plan plan, PlanStep step) => 2 * WholeRegisters((long)plan.MaxTokens * step.TileRows);

    public override int Prepare() => Chunks(gate.Weight.Rows, Step.TileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * Step.TileRows;
        var count = (int)Math.Min(Step.TileRows, gate.Weight.Rows - start);
        var gates = State.Scratch[worker];
        var floats = WholeRegisters((long)Rows * count);
        var ups = gates + floats;
        var scratch = ups + floats;
        gate.Multiply(start, start + count, 0, Rows, gates, count, scratch);
        up.Multiply(start, start + count, 0, Rows, ups, count, scratch);
        State.Kernels.SiluMultiply(gates, ups, floats);
        for (var row = 0; row < Rows; row++)
            output.Store(gates + (long)row * count, row, (int)start, count);
    }
}
