using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class LineHistoryTests
{
    [Fact]
    public void UpAndDownPassTheEntriesAndComeBackToTheDraft()
    {
        var history = new LineHistory(["one", "two"]);
        Assert.Equal("two", history.Older("draft"));
        Assert.Equal("one", history.Older("two"));
        Assert.Null(history.Older("one"));
        Assert.Equal("two", history.Newer());
        Assert.Equal("draft", history.Newer());
        Assert.Null(history.Newer());
    }

    [Fact]
    public void ANewEntryComesFirstAndARepeatedOneOnce()
    {
        var history = new LineHistory([]);
        Assert.Null(history.Older(""));
        Assert.True(history.Add("one"));
        history.Older("");
        Assert.False(history.Add("one"));
        Assert.True(history.Add("two"));
        Assert.Equal("two", history.Older(""));
        Assert.Equal("one", history.Older(""));
        history.Rewind();
        Assert.Equal("two", history.Older(""));
    }
}
