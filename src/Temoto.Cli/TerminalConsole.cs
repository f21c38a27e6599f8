using System.Text;
using Spectre.Console;

namespace Temoto.Cli;

/// <summary>The terminal behind stderr for Spectre, whose codes must pass.</summary>
internal sealed class TerminalConsole : IAnsiConsoleOutput
{
    private const int AssumedColumns = 80;
    private const int AssumedRows = 24;

    public TextWriter Writer => StandardError.Raw;

    public bool IsTerminal => StandardError.IsTerminal;

    public int Width => Size(() => Console.BufferWidth, AssumedColumns);

    public int Height => Size(() => Console.WindowHeight, AssumedRows);

    public void SetEncoding(Encoding encoding)
    {
        // It is UTF-8 already.
    }

    /// <summary>Some terminals do not say.</summary>
    private static int Size(Func<int> read, int assumed)
    {
        try
        {
            return read() is > 0 and var size ? size : assumed;
        }
        catch (IOException)
        {
            return assumed;
        }
    }
}
