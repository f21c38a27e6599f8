using Temoto.Generation.Drafting;

namespace Temoto.Tests.Generation.Drafting;

public class RunSecondsTests
{
    [Fact]
    public void TheFirstRunOfASizeDoesNotCount()
    {
        var seconds = new RunSeconds(4);
        seconds.Add(1, 100);
        Assert.Equal(0, seconds.Of(1));
        seconds.Add(1, 2);
        Assert.Equal(2, seconds.Of(1));
    }

    /// <summary>Of a row more it is assumed that it adds three tenths of one; once two were run, what the second added.</summary>
    [Fact]
    public void WhatIsUnknownIsTakenFromWhatIsKnown()
    {
        var seconds = Measured(4, (1, 2));
        Assert.Equal(2 + 3 * 0.6, seconds.Of(4), 12);
        seconds = Measured(4, (1, 2), (2, 3));
        Assert.Equal(5, seconds.Of(4), 12);
        Assert.Equal(4, seconds.MostRows);
    }

    [Fact]
    public void AFasterRunCountsAtOnceAndASlowerOneLittle()
    {
        var seconds = Measured(2, (1, 2));
        seconds.Add(1, 18);
        Assert.Equal(3, seconds.Of(1), 12);
        seconds.Add(1, 1);
        Assert.Equal(1, seconds.Of(1), 12);
    }

    /// <summary>A size that once was slow is tried again.</summary>
    [Fact]
    public void WhatIsNotRunForLongIsForgotten()
    {
        var seconds = Measured(2, (1, 1), (2, 10));
        for (var run = 0; run < 2000; run++)
            seconds.Add(1, 1);
        Assert.Equal(1.3, seconds.Of(2), 0.01);
    }

    internal static RunSeconds Measured(int mostRows, params (int Rows, double Seconds)[] figures)
    {
        var seconds = new RunSeconds(mostRows);
        foreach (var (rows, value) in figures)
        {
            seconds.Add(rows, value);
        }
        foreach (var (rows, value) in figures)
            seconds.Add(rows, value);
        return seconds;
    }
}
