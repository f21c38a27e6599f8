using Temoto.Plans;

namespace Temoto.Generation.Execution;

internal sealed unsafe class RopeStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly BoundRotary rotary = binding.Rotary(OperandRole.Rotary)!;
    private readonly int headDim = binding.Step.HeadDim ?? throw new InvalidOperationException($"{binding.Step.Name} turns no heads");

    protected override void ExecuteRows(int start, int end, int worker)
    {
        for (var row = start; row < end; row++)
        {
            var source = Input + (long)row * Width;
            var destination = Output + (long)row * Width;
            if (source != destination)
                Kernels.Copy(source, destination, Width);
            for (var head = 0; head < Width; head += headDim)
                rotary.Turn(Kernels, destination + head, row);
        }
    }
}
