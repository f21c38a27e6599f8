using Temoto.Simulation.Report.Charts;

namespace Temoto.Tests.Simulation.Report.Charts;

public class ChartAxisTests
{
    [Fact]
    public void Values_lie_where_they_should()
    {
        var linear = new ChartAxis(0, 10, 100, 200, IsLogarithmic: false);
        var logarithmic = new ChartAxis(1, 100, 100, 200, IsLogarithmic: true);
        Assert.Equal(125, linear.Place(2.5), 1e-9);
        Assert.Equal(150, logarithmic.Place(10), 1e-9);
    }

    [Theory]
    [InlineData(57.2, 60, 20)]
    [InlineData(0.0083, 0.01, 0.005)]
    [InlineData(100, 100, 50)]
    [InlineData(4, 4, 1)]
    public void Ticks_are_round_and_reach_above_all(double largest, double end, double step)
    {
        var (axis, ticks) = ChartAxis.FromZero(largest, 0, 1);
        Assert.Equal(end, axis.To, end * 1e-9);
        Assert.Equal(step, ticks[1] - ticks[0], end * 1e-9);
        Assert.Equal(axis.To, ticks[^1], end * 1e-9);
    }

    [Fact]
    public void Nothing_at_all_has_an_axis_too() => Assert.True(ChartAxis.FromZero(0, 0, 1).Axis.To > 0);

    [Fact]
    public void Decades_enclose_all_values()
    {
        var axis = ChartAxis.Decades([3, 5000], 0, 1);
        Assert.Equal((1, 10000), (axis.From, axis.To));
        Assert.Equal([1, 10, 100, 1000, 10000], axis.Decades(6).Select(value => Math.Round(value)));
        Assert.Equal([1, 100, 10000], axis.Decades(3).Select(value => Math.Round(value)));
        Assert.Equal(10, ChartAxis.Decades([1], 0, 1).To);
    }
}
