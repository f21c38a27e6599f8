using Temoto.Formats.Files;

namespace Temoto.Cli;

/// <summary>Text files that a command line names: a pipe will do, as in <c>--text /dev/stdin</c>.</summary>
internal static class TextFile
{
    public static string Read(string path)
    {
        using var reader = SmallFile.ReadText(path, "a text file", SmallFile.MaxTextBytes);
        return reader.ReadToEnd();
    }
}
