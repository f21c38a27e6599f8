namespace Temoto.Evaluation.Similarity;

/// <summary>How far two lists of numbers go up and down together: from -1 to 1, NaN where one list is all equal.</summary>
internal static class Correlation
{
    /// <summary>Pearson's: sum((x - mean x) (y - mean y)) / sqrt(sum((x - mean x)^2) sum((y - mean y)^2)).</summary>
    public static double Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Count, x.Count);
        var (meanX, meanY) = (x.Average(), y.Average());
        double products = 0, squaresX = 0, squaresY = 0;
        for (var i = 0; i < x.Count; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            products += dx * dy;
            squaresX += dx * dx;
            squaresY += dy * dy;
        }
        return products / Math.Sqrt(squaresX * squaresY);
    }

    /// <summary>Spearman's: Pearson's of the ranks; equal numbers share the mean of theirs.</summary>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson(Ranks(x), Ranks(y));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new double[order.Length];
        for (int first = 0, end; first < order.Length; first = end)
        {
            for (end = first + 1; end < order.Length && values[order[end]] == values[order[first]];)
                end++;
            for (var i = first; i < end; i++)
                ranks[order[i]] = (first + end - 1) / 2.0;
        }
        return ranks;
    }
}
