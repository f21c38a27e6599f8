namespace Temoto.Tensors;

/// <summary>
/// Integer activations for a weight (W8A8): the input x of the product becomes clamp(round(x / s), -127, 127) * s, rounded to even.
/// </summary>
/// <param name="StaticScale">s, fixed by calibration; null takes s = max|x| / 127 of each token as it comes (dynamic).</param>
internal sealed record InputGrid(float? StaticScale)
{
    /// <summary>The largest integer; -128 is left out so that the grid is symmetric.</summary>
    public const int Limit = 127;
}
