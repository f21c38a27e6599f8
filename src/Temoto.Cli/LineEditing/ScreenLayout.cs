using System.Globalization;
using System.Text;

namespace Temoto.Cli.LineEditing;

/// <summary>One row of the screen and how many columns it takes.</summary>
internal readonly record struct ScreenRow(string Text, int Columns);

/// <summary>A text with its prompts as rows of a screen, and where the cursor stands. Rows are broken here, not by the terminal, so that both agree.</summary>
internal sealed record ScreenLayout(IReadOnlyList<ScreenRow> Rows, int CursorRow, int CursorColumn)
{
    private const string FirstPrompt = "> ";
    private const string NextPrompt = ". ";
    private const string Tab = "    ";

    /// <summary>A screen narrower than a prompt and a wide character has no room for a line.</summary>
    private const int LeastColumns = 4;

    public static ScreenLayout Of(string text, int cursor, int screenColumns)
    {
        var columns = Math.Max(LeastColumns, screenColumns);
        var rows = new List<ScreenRow>();
        var row = new StringBuilder(FirstPrompt);
        var column = FirstPrompt.Length;
        var (cursorRow, cursorColumn) = (0, column);
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text.AsSpan(i));
            if (i < cursor && cursor < i + length)
                length = cursor - i;
            if (text[i] == '\n')
            {
                MarkCursor(i);
                EndRow(NextPrompt);
            }
            else
            {
                var (shown, width) = Shown(text.AsSpan(i, length));
                if (column + width > columns)
                    EndRow("");
                MarkCursor(i);
                row.Append(shown);
                column += width;
            }
            i += length;
        }
        // Behind a full row the cursor stands in the next.
        if (column == columns)
            EndRow("");
        MarkCursor(text.Length);
        rows.Add(new ScreenRow(row.ToString(), column));
        return new ScreenLayout(rows, cursorRow, cursorColumn);

        void MarkCursor(int index)
        {
            if (index == cursor)
                (cursorRow, cursorColumn) = (rows.Count, Math.Min(column, columns - 1));
        }

        void EndRow(string prompt)
        {
            rows.Add(new ScreenRow(row.ToString(), column));
            row.Clear().Append(prompt);
            column = prompt.Length;
        }
    }

    /// <summary>What stands on the screen for an element. Nothing in a text may steer the terminal.</summary>
    private static (string Text, int Columns) Shown(ReadOnlySpan<char> element)
    {
        if (element[0] == '\t')
            return (Tab, Tab.Length);
        foreach (var rune in element.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return ("\uFFFD", 1);
        }
        return (element.ToString(), DisplayWidth.OfElement(element));
    }
}
