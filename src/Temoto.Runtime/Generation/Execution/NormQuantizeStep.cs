using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The norm of a row in scratch, rounded from there.</summary>
internal sealed unsafe class NormQuantizeStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly BoundNorm norm = new(binding);
    private readonly OutputRows output = new(binding);

    public static long ScratchFloats(Step step) => step[OperandRole.Output].Shape[1];

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            norm.Compute(Input + (long)row * Width, State.Scratch[worker], Width);
            output.Store(State.Scratch[worker], row, 0, Width);
        }
    }
}
