namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>
/// What AutoAWQ's reader and writer share: the three tensors that take the place of a linear layer's weight. A weight is (q - z) * s; zero points are stored
/// as they are. docs/formats.md has the tables.
/// </summary>
internal static class AutoAwqFormat
{
    public const string Weight = ".weight";

    /// <summary>I32: eight 4-bit integers per word.</summary>
    public const string QuantizedWeight = ".qweight";

    /// <summary>I32: eight zero points per word.</summary>
    public const string Zeros = ".qzeros";

    /// <summary>F16; BF16 or F32 where the rest of the checkpoint was converted to it.</summary>
    public const string Scales = ".scales";

    public const int NibblesPerWord = 8;

    /// <summary>The linear layers that AutoAWQ quantizes: all projections, never embedding or head.</summary>
    public static bool IsLayerLinear(string tensorName) =>
        tensorName.EndsWith("_proj.weight", StringComparison.Ordinal) || tensorName.EndsWith(".fc1.weight", StringComparison.Ordinal) || tensorName.EndsWith(".fc2.weight", StringComparison.Ordinal);

    /// <summary>
    /// Words in a row of a gemv layer's qzeros (its scales are eight times as wide): what the groups need, rounded up to a multiple of 2 for groups of 64 and of 4
    /// for groups of 32. Null for group sizes that AutoAWQ's gemv does not have.
    /// </summary>
    public static long? GemvZeroWords(long groups, long groupSize)
    {
        int? multiple = groupSize switch
        {
            32 => 4,
            64 => 2,
            >= 128 => 1,
            _ => null,
        };
        var words = (groups + NibblesPerWord - 1) / NibblesPerWord;
        return (words + multiple - 1) / multiple * multiple;
    }
}
