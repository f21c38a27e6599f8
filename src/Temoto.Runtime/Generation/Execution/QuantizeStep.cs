namespace Temoto.Generation.Execution;

internal sealed unsafe class QuantizeStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly OutputRows output = new(binding);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
            output.Store(Input + (long)row * Width, row, 0, Width);
    }
}
