using Spectre.Console;

namespace Temoto.Cli;

/// <summary>Tables of results on stdout, as Markdown: read as they are, and pasted into documents.</summary>
internal static class MarkdownTable
{
    private const int Width = 160;

    public static Table New() => new Table().Border(TableBorder.Markdown);

    public static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    /// <summary>Text of somebody else's, on one line.</summary>
    public static string Cell(string text) => Markup.Escape(StandardOutput.Line(text));

    public static void Write(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = Width;
        console.Write(table);
    }
}
