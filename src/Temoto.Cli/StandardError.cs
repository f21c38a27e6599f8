namespace Temoto.Cli;

/// <summary>Stderr: notes, progress and errors; on a terminal through <see cref="TerminalWriter"/>.</summary>
internal static class StandardError
{
    /// <summary>For our own codes, such as those of a progress bar, which a terminal obeys.</summary>
    public static TextWriter Raw { get; } = Console.Error;

    public static bool IsTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>From now on what is written to the console's stderr is safe on a terminal.</summary>
    public static void Guard()
    {
        if (IsTerminal)
            Console.SetError(new TerminalWriter(Raw));
    }

    /// <summary>A label or a name as one line on a terminal; for files and pipes as it is.</summary>
    public static string Line(string text) => IsTerminal ? TerminalText.Line(text) : text;
}
