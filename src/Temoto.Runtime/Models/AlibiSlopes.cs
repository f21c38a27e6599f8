using Temoto.Formats.Config;
using Temoto.Plans;

namespace Temoto.Models;

/// <summary>
/// The slopes of attention with linear biases (Press et al., arXiv 2108.12409): 2^(-most i / n) for i = 1 to n where the number of heads n is a power of two. Of another number, the slopes of the
/// next power of two: first every second one from the second on, then the others, as many as there are heads.
/// </summary>
internal static class AlibiSlopes
{
    /// <summary>What the paper and all that name no other take.</summary>
    public const float UsualMost = 8;

    /// <returns>[heads]; null where the model has no such positions.</returns>
    public static Items<float>? Of(ModelConfig config) => config.AlibiBiasMax is { } most ? Of(config.NumAttentionHeads, most) : null;

    public static Items<float> Of(int heads, float most)
    {
        var count = 1;
        while (count < heads)
            count *= 2;
        float Slope(int number) => (float)Math.Pow(2, -(double)most * number / count);
        return count == heads
            ? [.. Enumerable.Range(1, heads).Select(Slope)]
            : [.. Enumerable.Range(1, count / 2).Select(i => Slope(2 * i)), .. Enumerable.Range(0, heads - (count / 2)).Select(i => Slope((2 * i) + 1))];
    }
}
