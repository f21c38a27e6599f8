using System.Text.Json;
using Temoto.Formats.Files;

namespace Temoto.Evaluation;

/// <summary>The lines of a file of rows, JSON Lines; blank lines are passed over.</summary>
internal static class TaskLines
{
    /// <param name="what">What the file should be, for errors.</param>
    /// <returns>Each line with its number, from 1.</returns>
    public static IEnumerable<(int Number, string Line)> Of(string path, string what)
    {
        using var reader = SmallFile.ReadText(path, what, SmallFile.MaxTextBytes);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
    }

    /// <summary>All rows.</summary>
    /// <param name="what">What the file should be, for errors.</param>
    /// <param name="expected">What a line should be, for errors.</param>
    /// <exception cref="InputException">A line is none; it is named.</exception>
    public static IReadOnlyList<T> ReadAll<T>(string path, string what, string expected, Func<JsonElement, T> read) =>
        [.. Of(path, what).Select(row => Read(path, row.Number, row.Line, expected, read))];

    private static T Read<T>(string path, int number, string line, string expected, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException(path, $"line {number}", $"{error.Message.ReplaceLineEndings(" ").TrimEnd('.')} in '{line}'", expected, "mend the line");
        }
    }
}
