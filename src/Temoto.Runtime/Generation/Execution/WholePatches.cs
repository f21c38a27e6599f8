using Temoto.Formats.Config;

namespace Temoto.Generation.Execution;

/// <summary>Cuts off what a picture has beyond whole patches, right and below, as the convolution that makes tokens of patches does.</summary>
internal static class WholePatches
{
    /// <param name="pixels">[3, height, width].</param>
    /// <returns>[3, height', width'] with the largest multiples of <paramref name="side"/>; the same pixels where nothing is cut.</returns>
    public static ReadOnlySpan<float> Of(ReadOnlySpan<float> pixels, int height, int width, int side)
    {
        var (rows, columns) = (height / side * side, width / side * side);
        if ((rows, columns) == (height, width))
            return pixels;
        var cut = new float[VisionConfig.Channels * rows * columns];
        for (var line = 0; line < VisionConfig.Channels * rows; line++)
            pixels.Slice((line / rows * height + line % rows) * width, columns).CopyTo(cut.AsSpan(line * columns));
        return cut;
    }
}
