using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

internal sealed unsafe class RoundToGridStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly float? staticScale = binding.Step[OperandRole.Output].Format.Grid!.StaticScale;

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            var x = Input + (long)row * Width;
            var y = Output + (long)row * Width;
            var scale = staticScale ?? Kernels.MaxMagnitude(x, Width) / InputGrid.Limit;
            if (scale > 0 || float.IsNaN(scale))
                Kernels.RoundToGrid(x, scale, y, Width);
            else
                new Span<float>(y, Width).Clear();
        }
    }
}
