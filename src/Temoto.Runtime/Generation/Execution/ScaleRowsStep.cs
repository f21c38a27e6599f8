using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>Each row times the sigmoid of a number of its own.</summary>
internal sealed unsafe class ScaleRowsStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly float* factors = binding.Floats(OperandRole.Second);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * Width;
            if (Input != Output)
                Kernels.Copy(Input + offset, Output + offset, Width);
            Kernels.Scale(Output + offset, Width, (float)(1 / (1 + Math.Exp(-factors[row]))));
        }
    }
}
