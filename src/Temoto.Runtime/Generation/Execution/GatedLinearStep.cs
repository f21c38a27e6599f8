using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of both products for all tokens in scratch; only f(gate) * up is stored.</summary>
internal sealed unsafe class GatedLinearStep : BoundStep
{
    private readonly BoundLinear gate;
    private readonly BoundLinear up;
    private readonly OutputRows output;
    private readonly int tileRows;

    public GatedLinearStep(StepBinding binding)
        : base(binding)
    {
        gate = new BoundLinear(binding, OperandRole.GateWeight, OperandRole.Bias, OperandRole.Input);
        up = new BoundLinear(binding, OperandRole.UpWeight, OperandRole.Bias, binding.Step.InputRoleOf(OperandRole.UpWeight));
        output = new OutputRows(binding);
        tileRows = binding.Step.Tile(Dimension.Columns);
    }

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var rows = step.Tile(Dimension.Columns);
        return 2 * WholeRegisters((long)plan.MaxTokens * rows)
            + Math.Max(BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, rows), BoundLinear.ScratchFloats(plan, step, step.InputRoleOf(OperandRole.UpWeight), kernels, rows));
    }

    public override int Prepare() => Chunks(gate.Weight.Rows, tileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * tileRows;
        var count = (int)Math.Min(tileRows, gate.Weight.Rows - start);
        var gates = State.Scratch[worker];
        var floats = WholeRegisters((long)Rows * count);
        var ups = gates + floats;
        var scratch = ups + floats;
        gate.Multiply(start, start + count, 0, Rows, gates, count, scratch);
        up.Multiply(start, start + count, 0, Rows, ups, count, scratch);
        Gate.Apply(Kernels, Step.Function, gates, ups, floats);
        for (var row = 0; row < Rows; row++)
            output.Store(gates + (long)row * count, row, (int)start, count);
    }
}
