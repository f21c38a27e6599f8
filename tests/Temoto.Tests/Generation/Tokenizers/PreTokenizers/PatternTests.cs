using Temoto.Generation.Tokenizers.Decoders;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.Normalizers;
using Temoto.Generation.Tokenizers.PreTokenizers;

namespace Temoto.Tests.Generation.Tokenizers.PreTokenizers;

public class PatternTests
{
    /// <summary>An empty match right behind another is none, as in Oniguruma's iterator (crate onig, find_iter).</summary>
    [Theory]
    [InlineData("x*", "xab", "0-1 2-2 3-3")]
    [InlineData("x*", "ab", "0-0 1-1 2-2")]
    [InlineData("x*", "", "0-0")]
    [InlineData("x+", "axx", "1-3")]
    [InlineData("x*", "😀x", "0-0 2-3")]
    public void MatchesFollowEachOther(string pattern, string text, string expected)
    {
        var budget = new MatchBudget();
        budget.Begin(text.Length);
        var found = new List<string>();
        for (var matches = new ExpressionPattern(new Expression(pattern)).All(text, budget); matches.Next();)
            found.Add($"{matches.Start}-{matches.End}");
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Theory]
    [InlineData("x*", "xab", "-a-b-")]
    [InlineData("x", "axxb", "a--b")]
    public void NormalizerAndDecoderReplaceTheSameMatches(string pattern, string text, string expected)
    {
        var matched = new ExpressionPattern(new Expression(pattern));
        var normalized = new NormalizedText();
        normalized.Set(text, isStart: true);
        new ReplacePattern(matched, "-").Normalize(normalized);
        Assert.Equal(expected, new string(normalized.Text));
        Assert.Equal([expected], new ReplaceDecoder(matched, "-").Decode([text]));
    }
}
