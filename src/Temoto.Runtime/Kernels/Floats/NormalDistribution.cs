namespace Temoto.Kernels.Floats;

/// <summary>The standard normal distribution in float64, which .NET has no function for.</summary>
internal static class NormalDistribution
{
    /// <summary>Beyond this the series would need many terms, and the continued fraction few.</summary>
    private const double SeriesEnd = 2;

    /// <summary>1 / sqrt(2 pi).</summary>
    private const double DensityAtZero = 0.39894228040143267794;

    /// <summary>
    /// Phi(x), off by a few units of 1e-16. Near zero by the series 1/2 + density (x + x^3 / 3 + x^5 / (3 * 5) + ...), whose terms have one sign; further out by the
    /// continued fraction of the tail, density / (a + 1 / (a + 2 / (a + 3 / ...))).
    /// </summary>
    public static double Cumulative(double x)
    {
        var a = Math.Abs(x);
        var density = DensityAtZero * Math.Exp(-0.5 * x * x);
        if (!(a > SeriesEnd))
        {
            var sum = 0.0;
            var term = x;
            for (var n = 3; Math.Abs(term) > 1e-18 * Math.Abs(sum) && n < 200; n += 2)
            {
                sum += term;
                term *= x * x / n;
            }
            return double.IsNaN(x) ? x : 0.5 + density * sum;
        }
        var fraction = a;
        for (var n = 120; n > 0; n--)
            fraction = a + n / fraction;
        var tail = density / fraction;
        return x > 0 ? 1 - tail : tail;
    }
}
