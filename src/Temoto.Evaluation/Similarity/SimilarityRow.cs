using System.Text.Json;
using Temoto.Formats.Files;

namespace Temoto.Evaluation.Similarity;

/// <summary>
/// One row of a file of pairs (JSON Lines), as the STS benchmarks are published: <c>{"sentence1": "text", "sentence2": "text", "score": 3.5}</c>; "kind" and "language" as a task has them. "score" says how alike
/// people hold both; without it two models can be compared.
/// </summary>
/// <param name="Name">kind, or kind/language: figures are summed under it.</param>
internal sealed record SimilarityRow(string Name, string First, string Second, double? Score)
{
    private const string FirstKey = "sentence1";
    private const string SecondKey = "sentence2";
    private const string Expected = "{\"sentence1\": \"text\", \"sentence2\": \"text\", \"score\": number}";

    /// <summary>Whether a file's first row is a pair.</summary>
    public static bool IsIn(string path)
    {
        using var reader = SmallFile.ReadText(path, "a task file, JSON Lines", SmallFile.MaxTextBytes);
        while (reader.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                return line.Contains($"\"{FirstKey}\"", StringComparison.Ordinal);
        }
        return false;
    }

    /// <summary>Reads all rows; blank lines are passed over.</summary>
    /// <exception cref="InputException">A line is none; it is named.</exception>
    public static IReadOnlyList<SimilarityRow> ReadAll(string path)
    {
        var rows = new List<SimilarityRow>();
        var number = 0;
        using var reader = SmallFile.ReadText(path, "a file of pairs, JSON Lines", SmallFile.MaxTextBytes);
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                rows.Add(Read(path, number, line));
        }
        return rows;
    }

    private static SimilarityRow Read(string path, int number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            return new SimilarityRow(TaskRow.NameOf(row), TaskRow.Text(row.GetProperty(FirstKey)), TaskRow.Text(row.GetProperty(SecondKey)), row.TryGetProperty("score", out var score) ? score.GetDouble() : null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException(path, $"line {number}", $"{error.Message.ReplaceLineEndings(" ").TrimEnd('.')} in '{line}'", Expected, "mend the line");
        }
    }
}
