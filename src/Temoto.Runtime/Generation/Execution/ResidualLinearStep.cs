using Temoto.Kernels;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>A few columns of the product for all tokens in scratch, then added to the residual.</summary>
internal sealed unsafe class ResidualLinearStep(StepBinding binding) : BoundStep(binding)
{
    private readonly BoundLinear linear = new(binding, OperandRole.Weight, OperandRole.Bias, OperandRole.Input);
    private readonly float* residual = binding.Floats(OperandRole.Residual);
    private readonly int tileRows = binding.Step.Tile(Dimension.Columns);

    public static long ScratchFloats(Plan plan, Step step, KernelSet kernels)
    {
        var rows = step.Tile(Dimension.Columns);
        return (long)plan.MaxTokens * rows + BoundLinear.ScratchFloats(plan, step, OperandRole.Input, kernels, rows);
    }

    public override int Prepare() => Chunks(linear.Weight.Rows, tileRows);

    public override void Execute(int chunk, int worker)
    {
        var width = linear.Weight.Rows;
        var start = (long)chunk * tileRows;
        var count = (int)Math.Min(tileRows, width - start);
        var tile = State.Scratch[worker];
        linear.Multiply(start, start + count, 0, Rows, tile, count, tile + (long)Rows * count);
        var source = residual + start;
        var output = Output + start;
        for (var row = 0; row < Rows; row++, source += width, output += width, tile += count)
        {
            if (source != output)
                Kernels.Copy(source, output, count);
            if (Step.Scale is { } scale)
                Kernels.AddScaled(output, scale, tile, count);
            else
                Kernels.Add(output, tile, count);
        }
    }
}
