using System.Text;
using Spectre.Console;

namespace Temoto.Cli.LineEditing;

/// <summary>Draws a line being edited: erases what it drew last and draws anew, in one write. Safe to call from a signal's thread.</summary>
internal sealed class TerminalLine(TextWriter screen, Func<(int Columns, int Rows)> size)
{
    private const string BeginBracketedPaste = "\e[?2004h";
    private const string EndBracketedPaste = "\e[?2004l";
    private const string EraseToEndOfScreen = "\e[J";
    private const string ClearAll = "\e[H\e[2J";
    private readonly Lock drawing = new();
    private ScreenRow[] drawnRows = [];
    private (int Row, int Column) drawnCursor;
    private (string Text, int Cursor)? current;

    /// <summary>
    /// A line can be edited where a person types and sees the screen. Prompts go to stderr; where that is sent elsewhere, to stdout if that is a screen.
    /// </summary>
    public static bool CanEdit() =>
        !Console.IsInputRedirected && !(Console.IsErrorRedirected && Console.IsOutputRedirected) && UnderstandsSequences();

    public static TerminalLine OnConsole() =>
        new(StandardError.IsTerminal ? StandardError.Raw : StandardOutput.Raw, () => (Console.WindowWidth, Console.WindowHeight));

    /// <summary>True from the first drawing of a line until it is left.</summary>
    public bool IsDrawn => current is not null;

    /// <summary>Shows the text, of a long one the part around the cursor.</summary>
    public void Draw(string text, int cursor)
    {
        lock (drawing)
        {
            var begin = current is null ? BeginBracketedPaste : "";
            current = (text, cursor);
            screen.Write(begin + Frame(text, cursor));
        }
    }

    /// <summary>Shows the whole text and leaves it: what follows begins a row of its own.</summary>
    /// <param name="mark">Stands behind the text.</param>
    public void Leave(string text, string mark = "")
    {
        lock (drawing)
        {
            var (columns, _) = Size();
            var frame = Erased(columns);
            // The row begun for a cursor behind a full one is not needed.
            var rows = ScreenLayout.Of(text, text.Length, columns).Rows.Where(row => row.Columns > 0);
            frame.AppendJoin("\r\n", rows.Select(row => row.Text)).Append(mark);
            screen.Write(frame.Append("\r\n").Append(EndBracketedPaste).ToString());
            current = null;
            Forget();
        }
    }

    /// <summary>Draws at the top of an empty screen.</summary>
    public void ClearScreen()
    {
        lock (drawing)
        {
            Forget();
            screen.Write(ClearAll);
        }
    }

    /// <summary>The screen has another size.</summary>
    public void Resized()
    {
        lock (drawing)
        {
            if (current is var (text, cursor))
                screen.Write(Frame(text, cursor));
        }
    }

    /// <summary>The process goes on after it was stopped, below what others have written.</summary>
    public void Resumed()
    {
        lock (drawing)
        {
            Forget();
            if (current is var (text, cursor))
                screen.Write(BeginBracketedPaste + "\r" + Frame(text, cursor));
        }
    }

    private void Forget() => (drawnRows, drawnCursor) = ([], (0, 0));

    /// <summary>A terminal that does not know its size (a serial line, a pseudo-terminal nobody has sized) says 0: then that of the first terminals.</summary>
    private (int Columns, int Rows) Size()
    {
        var (columns, rows) = size();
        return (columns > 0 ? columns : 80, rows > 0 ? rows : 24);
    }

    private string Frame(string text, int cursor)
    {
        var (columns, height) = Size();
        var layout = ScreenLayout.Of(text, cursor, columns);
        // Rows that do not fit the screen could not be erased again; the cursor's is in sight.
        var first = Math.Clamp(layout.CursorRow - height / 2, 0, Math.Max(0, layout.Rows.Count - height));
        var frame = Erased(columns);
        drawnRows = [.. layout.Rows.Skip(first).Take(height)];
        drawnCursor = (layout.CursorRow - first, layout.CursorColumn);
        frame.AppendJoin("\r\n", drawnRows.Select(row => row.Text));
        MoveBy(frame, drawnRows.Length - 1 - drawnCursor.Row, 'A');
        frame.Append('\r');
        MoveBy(frame, drawnCursor.Column, 'C');
        return frame.ToString();
    }

    /// <summary>Back to where the drawing began, with nothing below. A terminal that became narrower has broken the rows that no longer fit.</summary>
    private StringBuilder Erased(int columns)
    {
        var rowsAbove = drawnRows.Take(drawnCursor.Row).Sum(row => Math.Max(1, (row.Columns + columns - 1) / columns)) + drawnCursor.Column / columns;
        var frame = new StringBuilder();
        MoveBy(frame, rowsAbove, 'A');
        return frame.Append('\r').Append(EraseToEndOfScreen);
    }

    private static void MoveBy(StringBuilder frame, int count, char direction)
    {
        if (count > 0)
            frame.Append($"\e[{count}{direction}");
    }

    private static bool UnderstandsSequences()
    {
        if (!OperatingSystem.IsWindows())
            return Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        // Asks the console for them.
        var output = new AnsiConsoleOutput(StandardError.IsTerminal ? StandardError.Raw : StandardOutput.Raw);
        return AnsiConsole.Create(new AnsiConsoleSettings { Out = output }).Profile.Capabilities.Ansi;
    }
}
