using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>Cuts the picture into patches: row r becomes patch r - FirstRow, channel by channel, line by line.</summary>
internal sealed unsafe class PatchesStep(StepBinding binding) : RowwiseStep(binding)
{
    private readonly PatchGrid grid = binding.Step.Patches!;
    private readonly float* pixels = binding.Floats(OperandRole.Pixels);

    protected override void ExecuteRows(int start, int end, int worker)
    {
        var side = grid.PatchSize;
        var imageWidth = (long)grid.GridWidth * side;
        var imagePixels = imageWidth * grid.GridHeight * side;
        for (var row = start; row < end; row++)
        {
            var destination = Output + (long)row * Width;
            if (row < grid.FirstRow)
            {
                new Span<float>(destination, Width).Clear();
                continue;
            }
            var patch = row - grid.FirstRow;
            var corner = pixels + patch / grid.GridWidth * side * imageWidth + patch % grid.GridWidth * side;
            for (var channel = 0; channel < VisionConfig.Channels; channel++)
            {
                for (var line = 0; line < side; line++, destination += side)
                    new ReadOnlySpan<float>(corner + channel * imagePixels + line * imageWidth, side).CopyTo(new Span<float>(destination, side));
            }
        }
    }
}
