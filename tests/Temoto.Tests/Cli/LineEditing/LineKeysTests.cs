using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class LineKeysTests
{
    private readonly LineEditor editor = new();
    private readonly LineHistory history = new(["first", "two\nlines"]);

    private LineEvent Press(ConsoleKey key, char character = '\0', ConsoleModifiers modifiers = 0)
    {
        var (shift, alt, control) = (Has(ConsoleModifiers.Shift), Has(ConsoleModifiers.Alt), Has(ConsoleModifiers.Control));
        return LineKeys.Apply(new TerminalInput(new ConsoleKeyInfo(character, key, shift, alt, control), null), editor, history);

        bool Has(ConsoleModifiers modifier) => modifiers.HasFlag(modifier);
    }

    private LineEvent Control(ConsoleKey key)
    {
        var character = key is >= ConsoleKey.A and <= ConsoleKey.Z ? (char)(key - ConsoleKey.A + 1) : '\0';
        return Press(key, character, ConsoleModifiers.Control);
    }

    private void Type(string text)
    {
        foreach (var character in text)
            Press(ConsoleKey.None, character);
    }

    private string Shown => editor.Text.Insert(editor.Cursor, "|");

    [Fact]
    public void ControlKeysAreThoseOfShells()
    {
        Type("one two");
        Control(ConsoleKey.A);
        Assert.Equal("|one two", Shown);
        Control(ConsoleKey.F);
        Control(ConsoleKey.D);
        Assert.Equal("o|e two", Shown);
        Control(ConsoleKey.E);
        Control(ConsoleKey.B);
        Assert.Equal("oe tw|o", Shown);
        Control(ConsoleKey.H);
        Control(ConsoleKey.K);
        Assert.Equal("oe t|", Shown);
        Control(ConsoleKey.W);
        Control(ConsoleKey.U);
        Assert.Equal("|", Shown);
        Control(ConsoleKey.Y);
        Assert.Equal("oe |", Shown);
        Control(ConsoleKey.LeftArrow);
        Assert.Equal("|oe ", Shown);
        Press(ConsoleKey.F, 'f', ConsoleModifiers.Alt);
        Assert.Equal("oe| ", Shown);
        Press(ConsoleKey.B, 'b', ConsoleModifiers.Alt);
        Press(ConsoleKey.D, 'd', ConsoleModifiers.Alt);
        Assert.Equal("| ", Shown);
    }

    [Fact]
    public void ControlDEndsAnEmptyLineOnly()
    {
        Assert.Equal(LineEvent.Ended, Control(ConsoleKey.D));
        Type("a");
        Control(ConsoleKey.A);
        Assert.Equal(LineEvent.Edited, Control(ConsoleKey.D));
        Assert.Equal("", editor.Text);
    }

    [Fact]
    public void CharactersOfOtherLayoutsAreTyped()
    {
        Press(ConsoleKey.Q, '@', ConsoleModifiers.Control | ConsoleModifiers.Alt);
        Press(ConsoleKey.A, 'Å', ConsoleModifiers.Shift);
        Press(ConsoleKey.Escape, '\e');
        Press(ConsoleKey.Tab, '\t');
        Press(ConsoleKey.F5);
        Press(ConsoleKey.Backspace, '\x7f');
        Assert.Equal("@|", Shown);
    }

    [Fact]
    public void ABackslashOrAltMakesALineBreakOfEnter()
    {
        Type("one\\");
        Assert.Equal(LineEvent.Edited, Press(ConsoleKey.Enter, '\r'));
        Type("two");
        Press(ConsoleKey.Enter, '\r', ConsoleModifiers.Alt);
        Type("three");
        Assert.Equal("one\ntwo\nthree|", Shown);
        Assert.Equal(LineEvent.Entered, Press(ConsoleKey.Enter, '\r'));
    }

    [Fact]
    public void UpPassesTheLinesOfATextBeforeTheHistory()
    {
        Type("draft");
        Press(ConsoleKey.UpArrow);
        Assert.Equal("two\nlines|", Shown);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("two|\nlines", Shown);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("first|", Shown);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("draft|", Shown);
    }
}
