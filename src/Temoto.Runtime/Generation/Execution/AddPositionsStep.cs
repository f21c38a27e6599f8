using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class AddPositionsStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly Tensor table = binding.Matrix(OperandRole.Weight);
    private readonly int firstRow = binding.Step.FirstRow ?? 0;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            // The output never lies over the input: the position's row is decoded there first.
            var offset = (long)row * Width;
            Kernels.DecodeRow(table, State.PositionOf(row) + firstRow, Output + offset);
            Kernels.Add(Output + offset, Input + offset, Width);
        }
    }
}
