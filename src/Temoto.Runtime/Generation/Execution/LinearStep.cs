using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class LinearStep(StepBinding binding) : BoundStep(binding)
{
    private readonly BoundLinear linear = new(binding, OperandRole.Weight, OperandRole.Bias, OperandRole.Input);
    private readonly int tileRows = binding.Step.Tile(Dimension.Columns);

    public override int Prepare() => Chunks(linear.Weight.Rows, tileRows);

    public override void Execute(int chunk, int worker)
    {
        var start = (long)chunk * tileRows;
        var end = Math.Min(start + tileRows, linear.Weight.Rows);
        linear.Multiply(start, end, 0, Rows, Output + start, linear.Weight.Rows, State.Scratch[worker]);
        if (Step.Scale is not { } scale)
            return;
        for (var row = 0; row < Rows; row++)
            Kernels.Scale(Output + row * linear.Weight.Rows + start, (int)(end - start), scale);
    }
}
