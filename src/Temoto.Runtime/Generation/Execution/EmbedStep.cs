using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class EmbedStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly Tensor table = binding.Matrix(OperandRole.Weight);
    private readonly int* tokenIds = (int*)binding.Find(OperandRole.TokenIds);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            var output = Output + (long)row * Width;
            Kernels.DecodeRow(table, tokenIds[row], output);
            if (Step.Scale is { } scale)
                Kernels.Scale(output, Width, scale);
        }
    }
}
