using Temoto.Evaluation.Similarity;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation.Similarity;

public class SimilarityRowTests
{
    [Fact]
    public void PairsAreReadAsTheyArePublished()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("pairs.jsonl", "\n{\"sentence1\": \"a\", \"sentence2\": \"b\", \"score\": 2.5, \"genre\": \"x\"}\n\n{\"kind\": \"k\", \"language\": \"en\", \"sentence1\": \"c\", \"sentence2\": \"\"}\n"u8.ToArray());
        Assert.True(SimilarityRow.IsIn(path));
        Assert.Equal([new SimilarityRow("task", "a", "b", 2.5), new SimilarityRow("k/en", "c", "", null)], SimilarityRow.ReadAll(path));
        Assert.False(SimilarityRow.IsIn(folder.Write("task.jsonl", "{\"messages\": []}"u8.ToArray())));
        Assert.False(SimilarityRow.IsIn(folder.Write("empty.jsonl", [])));
    }

    [Theory]
    [InlineData("{\"sentence1\": \"a\"}")]
    [InlineData("{\"sentence1\": \"a\", \"sentence2\": 3}")]
    [InlineData("{\"sentence1\": \"a\", \"sentence2\": \"b\", \"score\": \"high\"}")]
    [InlineData("{\"sentence1\"")]
    [InlineData("[\"sentence1\"]")]
    public void WhatIsNoPairIsNamedByItsLine(string line)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("pairs.jsonl", System.Text.Encoding.UTF8.GetBytes("{\"sentence1\": \"a\", \"sentence2\": \"b\"}\n" + line));
        var error = Assert.Throws<InputException>(() => SimilarityRow.ReadAll(path));
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("sentence2", error.Message, StringComparison.Ordinal);
    }
}
