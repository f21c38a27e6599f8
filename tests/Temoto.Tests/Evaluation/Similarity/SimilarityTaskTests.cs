using System.Text.Json;
using Temoto.Evaluation.Similarity;
using Temoto.Tests.Cli;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation.Similarity;

/// <summary>Pairs of texts, ordered by a trained encoder (shared/data/all-minilm-l6-v2).</summary>
public sealed class SimilarityTaskTests : IDisposable
{
    private static string MiniLm => RepositoryPaths.DataPath("all-minilm-l6-v2");

    private readonly TemporaryFolder folder = new();

    /// <summary>From the same in other words, over the same subject, to nothing in common.</summary>
    private static readonly SimilarityRow[] Rows =
    [
        new("task", "The pump has stopped.", "The pump is not running any more.", 5),
        new("task", "Replace the bearing after 4000 hours.", "The bearing is to be changed every 4000 hours.", 4.8),
        new("task", "The pump has stopped.", "The pump is running.", 3),
        new("task", "The oil is too hot.", "Check the temperature of the coolant.", 2),
        new("task", "The valve leaks.", "My sister plays the violin.", 0.2),
        new("task", "It rains in Kyoto.", "The invoice was paid twice.", 0),
    ];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ATrainedModelOrdersPairsAsPeopleDo()
    {
        using var model = EmbeddingModel.Load(MiniLm);
        var done = 0;
        var result = Assert.Single(SimilarityTask.Measure(model, null, Rows, count => done = count, TestContext.Current.CancellationToken));
        Assert.Equal((6, 6), (done, result.Count));
        // Two pairs of six that changed places with their neighbours give 0.886.
        Assert.InRange(result.Spearman!.Value, 0.88, 1);
        Assert.InRange(result.Pearson!.Value, 0.9, 1);
        Assert.Null(result.SpearmanAgainst);
    }

    [Fact]
    public void AModelIsComparedWithTheOneItWasMadeFrom()
    {
        using var model = EmbeddingModel.Load(MiniLm, new ModelOptions { Precise = true });
        using var reference = EmbeddingModel.Load(MiniLm);
        SimilarityRow[] rows = [.. Rows.Select(row => row with { Score = null })];
        var result = Assert.Single(SimilarityTask.Measure(model, reference, rows, _ => { }, TestContext.Current.CancellationToken));
        Assert.Equal((null, 1), (result.Spearman, result.SpearmanAgainst!.Value));
        Assert.InRange(result.SmallestCosineAgainst!.Value, 0.9999, 1.0000001);
    }

    [Fact]
    public void TheCommandPrintsATableOrADocument()
    {
        var pairs = folder.Write("pairs.jsonl", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Rows.Select(row => JsonSerializer.Serialize(new { kind = "plant", sentence1 = row.First, sentence2 = row.Second, score = row.Score })))));
        var table = CommandLineTests.Run(null, "eval", MiniLm, "--task", pairs);
        Assert.Equal((0, true), (table.ExitCode, table.Output.Contains("| plant |     6 |", StringComparison.Ordinal)));
        var document = CommandLineTests.Run(null, "eval", MiniLm, "--task", pairs, "--against", MiniLm, "--limit", "4", "--json");
        Assert.True(document.ExitCode == 0, document.Errors);
        var similarity = JsonDocument.Parse(document.Output).RootElement.GetProperty("similarity")[0];
        Assert.Equal((4, 1), (similarity.GetProperty("count").GetInt32(), similarity.GetProperty("spearman_against").GetDouble()));
    }

    [Theory]
    [InlineData("score", "{\"sentence1\": \"a\", \"sentence2\": \"b\"}")]
    [InlineData("sentence2", "{\"sentence1\": \"a\"}")]
    public void WhatCannotBeJudgedIsRefusedInOneLine(string key, string line)
    {
        var result = CommandLineTests.Run(null, "eval", MiniLm, "--task", folder.Write("bare.jsonl", System.Text.Encoding.UTF8.GetBytes(line)));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(key, Assert.Single(result.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
