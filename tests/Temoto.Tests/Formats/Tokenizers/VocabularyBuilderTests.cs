using Temoto.Formats.Tokenizers;

namespace Temoto.Tests.Formats.Tokenizers;

public class VocabularyBuilderTests
{
    /// <summary>Thousands of texts, many of them alike, without and with a hint of how many there will be: the same answers as a dictionary's.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void FindsWhatADictionaryFinds(int hint)
    {
        var random = new Random(1);
        var expected = new Dictionary<string, int>();
        var builder = new VocabularyBuilder(hint, hint);
        for (var id = 0; id < 5000; id++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => (char)('a' + random.Next(5)))]);
            Assert.Equal(expected.TryAdd(text, id), builder.TryAdd(text, id));
        }
        Assert.Equal(expected.Count, builder.Count);
        var vocabulary = builder.Build(5000);
        Assert.Equal(5000, vocabulary.Count);
        foreach (var (text, id) in expected)
        {
            Assert.True(vocabulary.TryGetId(text, out var found), text);
            Assert.Equal((id, text), (found, vocabulary[id]));
        }
        Assert.False(vocabulary.TryGetId("f", out _));
        Assert.Equal(expected.Count, vocabulary.Count(text => text is not null));
        Assert.Equal((expected.Keys.Sum(text => text.Length), 5), (vocabulary.Characters, vocabulary.LongestLength));
    }

    [Fact]
    public void AListKeepsTextsThatTwoIdsShareAndUnusedIds()
    {
        string?[] tokens = ["a", null, "b", "a", ""];
        var vocabulary = Vocabulary.From(tokens);
        Assert.Equal(tokens, vocabulary);
        Assert.True(vocabulary.TryGetId("a", out var id) && id == 0);
        Assert.True(vocabulary.TryGetId("", out id) && id == 4);
        Assert.True(vocabulary.Text(1).IsEmpty);
        Assert.Same(vocabulary, Vocabulary.From(vocabulary));
    }

    [Fact]
    public void PairsOfAFileMayLeaveGapsButNotShareIds()
    {
        var builder = new VocabularyBuilder();
        builder.TryAdd("high", 7);
        builder.TryAdd("low", 2);
        Assert.Equal([null, null, "low", null, null, null, null, "high"], builder.Build("file", "vocab"));
        builder.TryAdd("again", 2);
        Assert.Contains("'low' has already", Assert.Throws<InputException>(() => builder.Build("file", "vocab")).Message, StringComparison.Ordinal);
        var far = new VocabularyBuilder();
        far.TryAdd("far", 4096 + 2);
        Assert.Contains("id 4098", Assert.Throws<InputException>(() => far.Build("file", "vocab")).Message, StringComparison.Ordinal);
    }
}
