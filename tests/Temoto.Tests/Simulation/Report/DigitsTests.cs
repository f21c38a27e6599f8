using System.Globalization;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class DigitsTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.000123456, "0.000123")]
    [InlineData(0.9996, "1.00")]
    [InlineData(9.996, "10.0")]
    [InlineData(57.24, "57.2")]
    [InlineData(99.96, "100")]
    [InlineData(12345.6, "12,346")]
    [InlineData(-1.234, "-1.23")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Three_significant_digits(double value, string expected) => Assert.Equal(expected, Digits.Of(value));

    [Theory]
    [InlineData(0.00001234, "s", "12.3 µs")]
    [InlineData(0.9999, "s", "1.00 s")]
    [InlineData(1.5e9, "B", "1.50 GB")]
    [InlineData(0, "B", "0 B")]
    [InlineData(2e-13, "J", "0.200 pJ")]
    public void Prefixes_keep_numbers_short(double value, string unit, string expected) => Assert.Equal(expected, Digits.Si(value, unit));

    [Theory]
    [InlineData(1929649906, "op/s", "1.92965 Gop/s")]
    [InlineData(4, "1", "4")]
    [InlineData(249, "USD", "249 USD")]
    [InlineData(18, "cycles", "18 cycles")]
    [InlineData(2.4e-7, "s", "240 ns")]
    public void Figures_of_boards_keep_their_digits(double value, string unit, string expected) => Assert.Equal(expected, Digits.Figure(value, unit));

    [Theory]
    [InlineData(0.2, "$0.20")]
    [InlineData(0.0593, "$0.059")]
    [InlineData(3.726, "$3.73")]
    [InlineData(1234.5, "$1,235")]
    [InlineData(0.000456, "$0.000456")]
    public void Money(double value, string expected) => Assert.Equal(expected, Digits.Usd(value));

    [Theory]
    [InlineData(288.5, "288.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(25, "25")]
    public void Published_figures_keep_their_digits(double value, string expected) => Assert.Equal(expected, Digits.AsStated(value));

    [Fact]
    public void The_culture_does_not_matter()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("1.23 ms", Digits.Si(0.00123, "s"));
            Assert.Equal("0.5", Digits.Exact(0.5));
            Assert.Equal("1.5", Digits.AsStated(1.5));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
