using Temoto.Evaluation.Similarity;

namespace Temoto.Tests.Evaluation.Similarity;

public class CorrelationTests
{
    /// <summary>Values of scipy.stats.spearmanr and pearsonr, the first those of its documentation; the third by hand: 1543.5 / sqrt(701520.75 * 5).</summary>
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, new double[] { 5, 6, 7, 8, 7 }, 0.8207826816681233, 0.8320502943378437)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 30, 20, 10 }, -1, -1)]
    [InlineData(new double[] { 1, 10, 100, 1000 }, new double[] { 1, 2, 3, 4 }, 1, 0.8241407)]
    [InlineData(new double[] { 2, 2, 2 }, new double[] { 1, 2, 3 }, double.NaN, double.NaN)]
    public void RanksAndNumbersAreCorrelated(double[] x, double[] y, double spearman, double pearson)
    {
        Assert.Equal(spearman, Correlation.Spearman(x, y), 1e-7);
        Assert.Equal(pearson, Correlation.Pearson(x, y), 1e-6);
    }
}
