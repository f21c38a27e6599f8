using Temoto.Generation;

namespace Temoto.Tests.Generation;

public class StopMatcherTests
{
    [Fact]
    public void AStopTextIsFoundHoweverTheTextIsCut()
    {
        const string text = "The pump is hot.\n\nUser: and then";
        string[] stops = ["\n\nUser:", "never"];
        // All ways to cut the text into three pieces.
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                var matcher = new StopMatcher(stops);
                var output = matcher.Push(text[..first]) + matcher.Push(text[first..second]) + matcher.Push(text[second..]) + matcher.Flush();
                Assert.Equal("The pump is hot.", output);
                Assert.True(matcher.Stopped);
            }
        }
    }

    [Fact]
    public void TextThatOnlyBeginsLikeAStopComesOutInTheEnd()
    {
        var matcher = new StopMatcher(["STOP"]);
        Assert.Equal("a ", matcher.Push("a ST"));
        Assert.Equal("STST", matcher.Push("STS"));
        Assert.Equal("", matcher.Push("TO"));
        Assert.Equal("STO", matcher.Flush());
        Assert.False(matcher.Stopped);
    }

    [Fact]
    public void TheEarliestOfSeveralStopsWins()
    {
        var matcher = new StopMatcher(["c", "bc"]);
        Assert.Equal("a", matcher.Push("abc"));
    }

    [Fact]
    public void WithoutStopsNothingIsHeldBack()
    {
        var matcher = new StopMatcher([]);
        Assert.Equal("abc", matcher.Push("abc"));
        Assert.Equal("", matcher.Flush());
    }
}
