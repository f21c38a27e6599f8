namespace Temoto.Formats.Config;

/// <summary>
/// Bounds on the numbers of an untrusted configuration: far above any published model, low enough that products of two of them fit a long
/// and that nothing is allocated by them before the weights have been found.
/// </summary>
internal static class ModelLimits
{
    /// <summary>hidden_size, and heads x head_dim.</summary>
    public const int Width = 1 << 20;

    public const int IntermediateSize = 1 << 22;

    public const int HeadDim = 1 << 14;

    public const int Layers = 4096;

    public const int Positions = 1 << 26;

    public const int VocabSize = 1 << 20;

    /// <summary>Pixels of a picture's side.</summary>
    public const int ImageSide = 1 << 13;

    public const int PatchSide = 1 << 9;

    /// <summary>Classes.</summary>
    public const int Labels = 1 << 16;

    public const double SmallestMultiplier = 1e-6;

    public const double LargestMultiplier = 1e6;

    public const double SmallestRopeTheta = 1e-3;

    public const double LargestRopeTheta = 1e12;
}
