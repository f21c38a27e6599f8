using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Temoto.Evaluation.Similarity;

namespace Temoto.Cli;

/// <summary><c>temoto eval MODEL --task PAIRS</c>: how well a model's vectors order pairs of texts.</summary>
internal static class SimilarityEval
{
    /// <param name="referencePath">The model that MODEL was made from; null for none.</param>
    /// <param name="limit">Only the first pairs; null for all.</param>
    public static int Run(ParseResult parsed, ModelChoice choice, string path, string? referencePath, int? limit, CancellationToken cancellation)
    {
        var rows = SimilarityRow.ReadAll(path);
        if (limit is { } most)
            rows = [.. rows.Take(most)];
        if (referencePath is null && rows.FirstOrDefault(row => row.Score is null) is { } bare)
            throw new InputException(path, "score", $"none beside '{bare.First}'", "a number, or --against", "add scores, or the model that MODEL was made from");
        using var model = EmbeddingModel.Load(ModelChoice.Resolve(parsed.GetRequiredValue(choice.Model)), choice.Options(parsed));
        using var reference = referencePath is null ? null : EmbeddingModel.Load(ModelChoice.Resolve(referencePath));
        var results = ProgressBar.Run("pairs", bar => SimilarityTask.Measure(model, reference, rows, done => bar.Report(done, rows.Count), cancellation));
        if (parsed.GetValue(choice.Json))
            Console.WriteLine(Json.Document(new SimilarityEvaluation(results), ResultContext.Default.SimilarityEvaluation));
        else
            Print(results);
        return 0;
    }

    private static void Print(IReadOnlyList<SimilarityResult> results)
    {
        var table = MarkdownTable.New().AddColumn("task");
        foreach (var name in new[] { "pairs", "rank correlation", "linear correlation", "rank correlation with the reference", "smallest cosine with it" })
            table.AddColumn(MarkdownTable.Right(name));
        foreach (var result in results)
            table.AddRow(MarkdownTable.Cell(result.Name), $"{result.Count}", Figure(result.Spearman), Figure(result.Pearson), Figure(result.SpearmanAgainst), Figure(result.SmallestCosineAgainst));
        MarkdownTable.Write(table);
    }

    private static string Figure(double? value) => value is { } number ? number.ToString("0.0000", CultureInfo.InvariantCulture) : "";
}

/// <summary>The document of <c>eval</c> on pairs of texts.</summary>
internal sealed record SimilarityEvaluation(IReadOnlyList<SimilarityResult> Similarity);
