using System.Text;

namespace Temoto;

/// <summary>
/// Bad input: a file, a key or an argument that cannot be used. The message is one line that names the file, the key,
/// what was found, what was expected and what to do next; the command line prints it and exits with 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>The file or argument at fault.</summary>
    public string SourceName { get; }

    /// <summary>Creates the error; <paramref name="key"/> is the tensor, JSON key or field, or null for the file as a whole.</summary>
    /// <param name="sourceName">The file or argument at fault.</param>
    /// <param name="key">The tensor, JSON key or field at fault, or null.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="next">What the reader can do about it.</param>
    public InputException(string sourceName, string? key, string found, string expected, string next)
        : base(OneLine(sourceName, key, found, expected, next))
    {
        SourceName = sourceName;
    }

    private static string OneLine(string sourceName, string? key, string found, string expected, string next)
    {
        var where = key is null ? Clean(sourceName) : $"{Clean(sourceName)}: {Clean(key)}";
        return $"{where}: found {Clean(found)}; expected {Clean(expected)}; {Clean(next)}";
    }

    /// <summary>Untrusted text may hold megabytes, line ends, and characters that play with a terminal: cut the former, replace the others.</summary>
    private static string Clean(string text)
    {
        const int longest = 240;
        var cut = text.Length > longest ? string.Concat(text.AsSpan(0, longest), "…") : text;
        var line = new StringBuilder(cut.Length);
        foreach (var rune in cut.EnumerateRunes())
            line.Append(TerminalText.IsHarmless(rune) ? rune.ToString() : "·");
        return line.ToString();
    }
}
