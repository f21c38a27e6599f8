using Temoto.Dataflow;
using Temoto.Formats.Config;

namespace Temoto.Generation.Execution;

/// <summary>Cuts the picture into patches: row r becomes patch r - FirstRow, channel by channel, line by line.</summary>
internal sealed unsafe class PatchesStep(PlanStep step, PatchesOp op, ForwardState state) : RowwiseStep(step, state, false)
{
    protected override void ExecuteRows(int start, int end, int worker)
    {
        var side = op.PatchSize;
        var imageWidth = (long)op.GridWidth * side;
        var imagePixels = imageWidth * op.GridHeight * side;
        for (var row = start; row < end; row++)
        {
            var destination = Output + (long)row * op.Output.Width;
            if (row < op.FirstRow)
            {
                new Span<float>(destination, op.Output.Width).Clear();
                continue;
            }
            var patch = row - op.FirstRow;
            var corner = State.Pixels + patch / op.GridWidth * side * imageWidth + patch % op.GridWidth * side;
            for (var channel = 0; channel < VisionConfig.Channels; channel++)
            {
                for (var line = 0; line < side; line++, destination += side)
                    new ReadOnlySpan<float>(corner + channel * imagePixels + line * imageWidth, side).CopyTo(new Span<float>(destination, side));
            }
        }
    }
}
