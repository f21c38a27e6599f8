using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class ProgressLinesTests
{
    /// <summary>Work of <paramref name="seconds"/> in even steps that reports each of them.</summary>
    private static string[] LinesOf(int seconds, int steps)
    {
        var clock = new HandClock();
        using var output = new StringWriter();
        var lines = new ProgressLines("pack", output, clock);
        for (var step = 1; step <= steps; step++)
        {
            clock.Now = TimeSpan.FromSeconds((double)seconds * step / steps);
            lines.Report(step, steps);
        }
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void ShortWorkSaysNothing() => Assert.Empty(LinesOf(9, 1000));

    [Fact]
    public void LongWorkSaysEveryTenth()
    {
        var lines = LinesOf(200, 1000);
        Assert.Equal(10, lines.Length);
        Assert.Equal("pack: 10 % after 20 s", lines[0].TrimEnd());
        Assert.Equal("pack: 100 % after 3 min 20 s", lines[^1].TrimEnd());
    }

    [Fact]
    public void LinesAreTenSecondsApart() => Assert.InRange(LinesOf(30, 1000).Length, 2, 3);

    [Fact]
    public void VeryLongWorkSaysSomethingEachMinute() => Assert.InRange(LinesOf(3600, 10_000).Length, 55, 60);

    [Fact]
    public void WorkOfUnknownLengthDoesNotFail()
    {
        var clock = new HandClock();
        using var output = new StringWriter();
        var lines = new ProgressLines("pull", output, clock);
        clock.Now = TimeSpan.FromSeconds(90);
        lines.Report(5, 0);
        Assert.Contains("pull: ", output.ToString(), StringComparison.Ordinal);
    }
}
