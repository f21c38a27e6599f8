using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public sealed class TerminalLineTests : IDisposable
{
    private readonly SmallScreen screen = new(8, 5);

    public void Dispose() => screen.Dispose();

    private TerminalLine NewLine() => new(screen, () => (screen.Columns, screen.Height));

    [Fact]
    public void DrawingAgainReplacesWhatWasDrawn()
    {
        screen.Write("before\r\n");
        var line = NewLine();
        line.Draw("abcdefghij", 10);
        Assert.Equal(["before", "> abcdef", "ghij"], screen.Lines);
        Assert.Equal((2, 4), screen.Cursor);
        line.Draw("xy", 1);
        Assert.Equal(["before", "> xy"], screen.Lines);
        Assert.Equal((1, 3), screen.Cursor);
        line.Leave("xy", "^C");
        Assert.Equal(["before", "> xy^C"], screen.Lines);
        Assert.Equal((2, 0), screen.Cursor);
    }

    [Fact]
    public void ATextLongerThanTheScreenShowsThePartAroundTheCursor()
    {
        screen.Write("before\r\n");
        var line = NewLine();
        var text = string.Join('\n', Enumerable.Range(0, 20));
        for (var cursor = text.Length; cursor >= 0; cursor--)
            line.Draw(text, cursor);
        Assert.Equal(["> 0", ". 1", ". 2", ". 3", ". 4"], screen.Lines);
        Assert.Equal((0, 2), screen.Cursor);
        line.Leave(text);
        Assert.Equal(". 19", screen.Lines[^1]);
        // What scrolled off the screen is the message once, in order.
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i == 0 ? "> 0" : $". {i}"), screen.Everything.Skip(1).Where(row => row.Length > 0));
    }

    [Fact]
    public void BracketedPasteIsOnWhileALineIsEdited()
    {
        var line = NewLine();
        Assert.False(line.IsDrawn);
        line.Draw("", 0);
        Assert.True(screen.BracketedPaste && line.IsDrawn);
        // A shell that was in between has switched it off.
        screen.Write("\e[?2004l");
        line.Resumed();
        Assert.True(screen.BracketedPaste);
        line.Leave("");
        Assert.False(screen.BracketedPaste || line.IsDrawn);
    }

    [Fact]
    public void ClearingBringsTheLineToTheTop()
    {
        screen.Write("before\r\n");
        var line = NewLine();
        line.Draw("ab", 2);
        line.ClearScreen();
        line.Draw("ab", 2);
        Assert.Equal(["> ab"], screen.Lines);
    }

    [Fact]
    public void ATerminalWithoutASizeIsTakenForAnOldOne()
    {
        var wide = new SmallScreen(80, 24);
        var line = new TerminalLine(wide, () => (0, 0));
        line.Draw(new string('x', 100), 100);
        line.Draw(new string('y', 100), 100);
        Assert.Equal(["> " + new string('y', 78), new string('y', 22)], wide.Lines);
    }
}
