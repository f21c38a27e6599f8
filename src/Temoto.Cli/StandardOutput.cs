using System.Text;

namespace Temoto.Cli;

/// <summary>Stdout: bytes as they are for files and pipes, <see cref="TerminalWriter"/> for a terminal.</summary>
internal static class StandardOutput
{
    /// <summary>For our own codes, which a terminal obeys.</summary>
    public static TextWriter Raw { get; } = Console.Out;

    public static bool IsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>From now on what is written to the console is safe on a terminal.</summary>
    public static void Guard()
    {
        if (IsTerminal)
            Console.SetOut(new TerminalWriter(Raw));
    }

    /// <summary>A writer of UTF-8 of its own, for text that streams.</summary>
    public static TextWriter Open(bool autoFlush) => Open(Console.OpenStandardOutput(), IsTerminal, autoFlush);

    public static TextWriter Open(Stream stream, bool isTerminal, bool autoFlush)
    {
        var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = autoFlush };
        return isTerminal ? new TerminalWriter(writer) : writer;
    }

    /// <summary>A label or a name as one line on a terminal; for files and pipes as it is.</summary>
    public static string Line(string text) => IsTerminal ? TerminalText.Line(text) : text;
}
