using Temoto.Evaluation.Serving;

namespace Temoto.Tests.Evaluation.Serving;

public class PercentilesTests
{
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 2, 2)]
    [InlineData(10, 5, 9, 10)]
    [InlineData(100, 50, 90, 99)]
    [InlineData(1000, 500, 900, 990)]
    public void TheyAreValuesByNearestRank(int count, double half, double nine, double ninetyNine) =>
        Assert.Equal(new Percentiles(half, nine, ninetyNine), Percentiles.Of(Enumerable.Range(1, count).Reverse().Select(value => (double)value)));

    [Fact]
    public void NothingHasNone() => Assert.Null(Percentiles.Of([]));
}
