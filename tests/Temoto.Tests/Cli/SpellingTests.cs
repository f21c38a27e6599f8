using Temoto.Cli;

namespace Temoto.Tests.Cli;

public class SpellingTests
{
    [Theory]
    [InlineData("inspect", "inspect", 0)]
    [InlineData("inspetc", "inspect", 1)]
    [InlineData("rnu", "run", 1)]
    [InlineData("bnch", "bench", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "run", 3)]
    [InlineData("RUN", "run", 0)]
    public void DistanceCountsSlips(string left, string right, int edits)
    {
        Assert.Equal(edits, Spelling.Distance(left, right));
        Assert.Equal(edits, Spelling.Distance(right, left));
    }

    [Theory]
    [InlineData("tokenise", "tokenize")]
    [InlineData("rn", "run")]
    [InlineData("comp", "completion")]
    [InlineData("frob", null)]
    [InlineData("x", null)]
    public void OnlyNearWordsAreOffered(string typed, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(typed, ["run", "chat", "tokenize", "completion"]));

    [Fact]
    public void AWholeDocumentIsNearToNothing() => Assert.Null(Spelling.Nearest(new string('r', 1_000_000), ["run"]));
}
