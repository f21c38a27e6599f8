using System.Globalization;
using System.Text;

namespace Temoto.Cli.LineEditing;

/// <summary>
/// A text being edited and the place in it; knows nothing of terminals. The text may have several lines. The cursor moves by text elements, so never
/// into the middle of a surrogate pair, an accented letter or a joined emoji.
/// </summary>
internal sealed class LineEditor
{
    private string killed = "";

    public string Text { get; private set; } = "";

    /// <summary>Index into <see cref="Text"/>, from 0 to its length.</summary>
    public int Cursor { get; private set; }

    private int LineStart => Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    private int LineEnd => Text.IndexOf('\n', Cursor) is var end and >= 0 ? end : Text.Length;

    /// <summary>Replaces the whole text; the cursor stands behind it.</summary>
    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void MoveLeft() => Cursor = Before(Cursor);

    public void MoveRight() => Cursor = After(Cursor);

    /// <summary>To the start of the line the cursor is in.</summary>
    public void MoveHome() => Cursor = LineStart;

    public void MoveEnd() => Cursor = LineEnd;

    public void MoveWordLeft() => Cursor = WordStart(IsOfWord);

    public void MoveWordRight() => Cursor = WordEnd();

    /// <summary>To the line above, as far from its start; false in the first line.</summary>
    public bool MoveUp()
    {
        var start = LineStart;
        if (start == 0)
            return false;
        var offset = Cursor - start;
        Cursor = start - 1;
        MoveTo(offset);
        return true;
    }

    /// <summary>To the line below; false in the last line.</summary>
    public bool MoveDown()
    {
        if (LineEnd == Text.Length)
            return false;
        var offset = Cursor - LineStart;
        Cursor = LineEnd + 1;
        MoveTo(offset);
        return true;
    }

    public void DeleteLeft() => Remove(Before(Cursor), Cursor);

    public void DeleteRight() => Remove(Cursor, After(Cursor));

    /// <summary>To the end of the line; at the end of a line the line break.</summary>
    public void KillToEnd() => Kill(Cursor, LineEnd == Cursor ? After(Cursor) : LineEnd);

    public void KillToStart() => Kill(LineStart, Cursor);

    /// <summary>Back over the word and what separates it, by letters and digits.</summary>
    public void KillWordLeft() => Kill(WordStart(IsOfWord), Cursor);

    /// <summary>Back to the last white space, as Ctrl-W does in shells.</summary>
    public void KillToSpace() => Kill(WordStart(rune => !Rune.IsWhiteSpace(rune)), Cursor);

    public void KillWordRight() => Kill(Cursor, WordEnd());

    /// <summary>Inserts what was killed last.</summary>
    public void Yank() => Insert(killed);

    private void Kill(int start, int end)
    {
        if (end > start)
            killed = Text[start..end];
        Remove(start, end);
    }

    private void Remove(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    /// <summary>To the element that holds index <paramref name="offset"/> of the cursor's line, or to its end.</summary>
    private void MoveTo(int offset)
    {
        var start = LineStart;
        var target = Math.Min(start + offset, LineEnd);
        Cursor = start;
        while (After(Cursor) <= target && Cursor < target)
            Cursor = After(Cursor);
    }

    private int After(int index) => index == Text.Length ? index : index + StringInfo.GetNextTextElementLength(Text.AsSpan(index));

    /// <summary>Elements are found forwards only, so from the start of the line.</summary>
    private int Before(int index)
    {
        if (index == 0 || Text[index - 1] == '\n')
            return Math.Max(0, index - 1);
        var at = Text.LastIndexOf('\n', index - 1) + 1;
        while (After(at) < index)
            at = After(at);
        return at;
    }

    private int WordStart(Func<Rune, bool> isOfWord)
    {
        var starts = StringInfo.ParseCombiningCharacters(Text[..Cursor]);
        var at = starts.Length;
        while (at > 0 && !isOfWord(RuneAt(starts[at - 1])))
            at--;
        while (at > 0 && isOfWord(RuneAt(starts[at - 1])))
            at--;
        return at == starts.Length ? Cursor : starts[at];
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < Text.Length && !IsOfWord(RuneAt(at)))
            at = After(at);
        while (at < Text.Length && IsOfWord(RuneAt(at)))
            at = After(at);
        return at;
    }

    private Rune RuneAt(int index)
    {
        Rune.DecodeFromUtf16(Text.AsSpan(index), out var rune, out _);
        return rune;
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_';
}
