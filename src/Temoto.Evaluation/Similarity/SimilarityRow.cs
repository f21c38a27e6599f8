using System.Text.Json;

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
    public static bool IsIn(string path) => TaskLines.Of(path, "a task file, JSON Lines").FirstOrDefault().Line?.Contains($"\"{FirstKey}\"", StringComparison.Ordinal) ?? false;

    /// <summary>Reads all rows; blank lines are passed over.</summary>
    /// <exception cref="InputException">A line is none; it is named.</exception>
    public static IReadOnlyList<SimilarityRow> ReadAll(string path) => TaskLines.ReadAll(path, "a file of pairs, JSON Lines", Expected, Read);

    private static SimilarityRow Read(JsonElement row) =>
        new(TaskRow.NameOf(row), TaskRow.Text(row.GetProperty(FirstKey)), TaskRow.Text(row.GetProperty(SecondKey)), row.TryGetProperty("score", out var score) ? score.GetDouble() : null);
}
