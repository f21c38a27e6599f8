using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of the product for all tokens in scratch; what is stored has passed the activation.</summary>
internal sealed unsafe class ActivatedLinearStep(StepBinding binding) : BoundStep(binding)
{
    private readonly BoundLinear linear = new(binding, OperandRole.Weight, OperandRole.Bias, OperandRole.Input);
    private readonly OutputRows output = new(binding);
    private readonly Activation function = binding.Step.Function!.Value;
    private readonly int tileRows = binding.Step.Tile(Dimension.Columns);

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var rows = step.Tile(Dimension.Columns);
        return WholeRegisters((long)plan.MaxTokens * rows) + BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, rows);
    }

    public override int Prepare() => Chunks(linear.Weight.Rows, tileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * tileRows;
        var count = (int)Math.Min(tileRows, linear.Weight.Rows - start);
        var tile = State.Scratch[worker];
        var floats = WholeRegisters((long)Rows * count);
        linear.Multiply(start, start + count, 0, Rows, tile, count, tile + floats);
        ActivateStep.Apply(Kernels, function, tile, floats);
        for (var row = 0; row < Rows; row++)
            output.Store(tile + (long)row * count, row, (int)start, count);
    }
}
