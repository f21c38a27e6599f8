using System.Globalization;
using Temoto.Kernels.Floats;

namespace Temoto.Tests.Kernels.Floats;

public class NormalDistributionTests
{
    /// <summary>The C library's erfc is good to a unit in the last place; 1e-13 leaves room for the cancellation of 1/2 - x just inside the series' end.</summary>
    [Fact]
    public void EqualsTheCLibrary()
    {
        double[] points = [.. Enumerable.Range(-1200, 2401).Select(i => i / 160.0), 1e-300, -1e-9, 3, -3, 37, -37, 60, -60];
        var lines = Oracle.Run("python3", ["-c", "import sys, math\nfor x in sys.stdin: print(repr(math.erfc(-float(x) / math.sqrt(2)) / 2))"], string.Join('\n', points.Select(x => x.ToString("R", CultureInfo.InvariantCulture))))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(points.Length, lines.Length);
        foreach (var (x, line) in points.Zip(lines))
        {
            var expected = double.Parse(line, CultureInfo.InvariantCulture);
            // Far out, rounding x / sqrt(2) alone moves the oracle by x^2 units.
            Assert.True(Math.Abs(expected - NormalDistribution.Cumulative(x)) <= (1e-13 + 3e-16 * x * x) * expected, $"{x}: {expected:R} and {NormalDistribution.Cumulative(x):R}");
        }
        Assert.True(double.IsNaN(NormalDistribution.Cumulative(double.NaN)));
        Assert.Equal((0, 1), (NormalDistribution.Cumulative(double.NegativeInfinity), NormalDistribution.Cumulative(double.PositiveInfinity)));
    }
}
