using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// An element-wise step of two inputs that combines the second into the output. Where the plan has not placed the output over the first input, that one is
/// copied there first.
/// </summary>
internal abstract unsafe class InPlaceStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly float* second = binding.Floats(OperandRole.Second);

    protected abstract void Combine(float* output, float* second, int count);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        // Row by row: were several taken together, the ends that a register does not fill would fall elsewhere for another number of threads.
        for (var row = start; row < end; row++)
        {
            var offset = (long)row * Width;
            var first = Input + offset;
            var output = Output + offset;
            if (first != output)
                Kernels.Copy(first, output, Width);
            Combine(output, second + offset, Width);
        }
    }
}
