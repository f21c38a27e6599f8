using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>The first rows are learned tokens, [Width] each.</summary>
internal sealed unsafe class LearnedTokensStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly float*[] tokens = binding.Vectors(OperandRole.Weight);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var bytes = (long)Width * sizeof(float);
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * Width;
            var source = row < tokens.Length ? tokens[row] : Input + offset;
            if (source != Output + offset)
                Buffer.MemoryCopy(source, Output + offset, bytes, bytes);
        }
    }
}
