using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class ScreenLayoutTests
{
    private static void Expect(string text, int cursor, int columns, (int Row, int Column) at, params string[] rows)
    {
        var layout = ScreenLayout.Of(text, cursor, columns);
        Assert.Equal(rows, layout.Rows.Select(row => row.Text));
        Assert.Equal(at, (layout.CursorRow, layout.CursorColumn));
        Assert.All(layout.Rows, row => Assert.InRange(row.Columns, 0, columns));
    }

    [Fact]
    public void TheCursorStandsBehindWhatIsBeforeIt()
    {
        Expect("", 0, 10, (0, 2), "> ");
        Expect("abc", 1, 10, (0, 3), "> abc");
        Expect("日本語", 2, 10, (0, 6), "> 日本語");
        Expect("e\u0301x", 2, 10, (0, 3), "> e\u0301x");
    }

    [Fact]
    public void LongLinesGoOnInTheNextRow()
    {
        Expect("abcdefgh", 8, 6, (1, 4), "> abcd", "efgh");
        Expect("abcd", 4, 6, (1, 0), "> abcd", "");
        Expect("abcde", 4, 6, (1, 0), "> abcd", "e");
        Expect("abcde", 3, 6, (0, 5), "> abcd", "e");
    }

    [Fact]
    public void AWideCharacterIsNotSplitAtTheEdge()
    {
        Expect("ab日", 2, 5, (1, 0), "> ab", "日");
        Expect("abc日", 4, 5, (1, 2), "> abc", "日");
        Expect("日日日日", 4, 6, (1, 4), "> 日日", "日日");
    }

    [Fact]
    public void EveryLineOfATextHasAPrompt()
    {
        Expect("a\nb", 1, 10, (0, 3), "> a", ". b");
        Expect("a\nb", 2, 10, (1, 2), "> a", ". b");
        Expect("a\n", 2, 10, (1, 2), "> a", ". ");
        Expect("abcd\nx", 4, 6, (0, 5), "> abcd", ". x");
    }

    [Fact]
    public void NothingInATextSteersTheTerminal() =>
        Expect("a\e[2J\tb\u009b", 0, 40, (0, 2), "> a\uFFFD[2J    b\uFFFD");
}
