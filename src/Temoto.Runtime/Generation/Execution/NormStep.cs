namespace Temoto.Generation.Execution;

/// <summary>RMS norm of groups of columns, or layer norm.</summary>
internal sealed unsafe class NormStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly BoundNorm norm = new(binding);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
            norm.Compute(Input + (long)row * Width, Output + (long)row * Width, Width);
    }
}
