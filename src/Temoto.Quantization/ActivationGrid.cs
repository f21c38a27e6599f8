using Temoto.Tensors;

namespace Temoto.Quantization;

/// <summary>
/// Rounds the input of a linear layer as an <see cref="InputGrid"/> does once <paramref name="ChannelScales"/> s are folded: x[j] becomes s[j] * grid(x[j] / s[j]).
/// </summary>
/// <param name="ChannelScales">[width], or null for ones.</param>
internal sealed unsafe record ActivationGrid(InputGrid Grid, float[]? ChannelScales)
{
    /// <summary>One token; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    public void Round(float* x, float* y, int width)
    {
        var step = Grid.StaticScale ?? LargestMagnitude(x, width) / InputGrid.Limit;
        for (var i = 0; i < width; i++)
        {
            var channel = ChannelScales is null ? 1 : ChannelScales[i];
            var steps = step == 0 ? 0 : Math.Clamp(MathF.Round(x[i] / channel / step), -InputGrid.Limit, InputGrid.Limit);
            y[i] = steps * step * channel;
        }
    }

    private float LargestMagnitude(float* x, int width)
    {
        var largest = 0f;
        for (var i = 0; i < width; i++)
            largest = Math.Max(largest, Math.Abs(ChannelScales is null ? x[i] : x[i] / ChannelScales[i]));
        return largest;
    }
}
