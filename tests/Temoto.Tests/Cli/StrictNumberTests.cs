using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class StrictNumberTests
{
    /// <summary>What no option takes for a number, whatever its type.</summary>
    public static readonly string[] Refused =
    [
        "0,5", "1,000", "1 000", " 5", "5 ", "5\n", "5x", "0x10", "1e400", "", "NaN", "Infinity", "-Infinity", "∞", "+-1",
        "(5)", "$5", "5%", "1_000", "1'000", "٥", "5\0", "--5", "e5", ".", "-",
    ];

    [Fact]
    public void NothingIsSkippedOrGuessedAt()
    {
        foreach (var text in Refused)
        {
            Assert.False(StrictNumber.TryRead<int>(text, out _), text);
            Assert.False(StrictNumber.TryRead<ulong>(text, out _), text);
            Assert.False(StrictNumber.TryRead<float>(text, out _), text);
            Assert.False(StrictNumber.TryRead<double>(text, out _), text);
        }
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-1e-3", -0.001)]
    [InlineData("+2", 2)]
    [InlineData("007", 7)]
    public void APointAndAnExponentAreRead(string text, double expected)
    {
        Assert.True(StrictNumber.TryRead<double>(text, out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void WholeNumbersHaveNoPointAndMustFit()
    {
        Assert.True(StrictNumber.TryRead<ulong>("18446744073709551615", out var largest));
        Assert.Equal(ulong.MaxValue, largest);
        foreach (var text in new[] { "1.0", "1e3", "2147483648", "99999999999999999999" })
            Assert.False(StrictNumber.TryRead<int>(text, out _), text);
    }

    [Fact]
    public void AdviceIsWhatTheParserTakes()
    {
        Assert.Equal("write 0.5 with a point", StrictNumber.Advice<float>("0,5"));
        Assert.Equal("write 1000", StrictNumber.Advice<int>("1 000"));
        Assert.Equal("write 1000", StrictNumber.Advice<int>("1,000"));
        Assert.Null(StrictNumber.Advice<int>("many"));
    }
}
