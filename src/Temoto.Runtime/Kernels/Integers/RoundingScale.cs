namespace Temoto.Kernels.Integers;

/// <summary>
/// How numbers whose largest magnitude is known are rounded to integers from -limit to limit: integer = round(x * <see cref="Inverse"/>), ties to even, and stands for integer * <see cref="Step"/>.
/// Numbers too small for a finite inverse become zeros; where one is infinite or NaN, the step is NaN and the integers are zeros, so that damage shows.
/// </summary>
internal readonly struct RoundingScale
{
    /// <param name="largest">The largest magnitude; NaN counts as the largest.</param>
    /// <param name="smallest">limit / largest stays finite from here on.</param>
    public RoundingScale(float largest, int limit, float smallest)
    {
        if (!float.IsFinite(largest))
        {
            Step = float.NaN;
        }
        else if (largest >= smallest)
        {
            Step = largest / limit;
            Inverse = limit / largest;
        }
    }

    /// <summary>What an integer is worth.</summary>
    public float Step { get; }

    /// <summary>0 where all integers are zeros.</summary>
    public float Inverse { get; }
}
