using System.Text.RegularExpressions;
using Temoto.Generation.Tokenizers.Expressions;

namespace Temoto.Tests.Generation.Tokenizers.Expressions;

public class ExpressionTests
{
    [Theory]
    [InlineData("a|ab", "abab", "a,a")]
    [InlineData("(?:a|ab)c", "abcac", "abc,ac")]
    [InlineData("a{2,3}", "aaaaaaa", "aaa,aaa")]
    [InlineData("a{2,3}?", "aaaaaaa", "aa,aa,aa")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a{x", "a{x", "a{x")]
    [InlineData("a{2}+b", "aaaaab", "aaaab")] // Of an interval, the + repeats the whole again.
    [InlineData("a++a|b", "aab", "b")]
    [InlineData("(?>a|ab)c|x", "abcx", "x")]
    [InlineData("a*?b", "aab", "aab")]
    [InlineData(@"\s+(?!\S)", "a   b  ", "  ,  ")]
    [InlineData("x(?=y)", "xzxy", "x")]
    [InlineData("(?<=y)x|(?<!y)z", "yxyzz", "x,z")]
    [InlineData(@"(\w)\1", "abccdd", "cc,dd")]
    [InlineData("(?i:'s|'T)", "'S't'ſ's", "'S,'t,'ſ,'s")]
    [InlineData("(?i)k", "Kk\u212A", "K,k,\u212A")]
    [InlineData(@"[\p{Lu}\p{M}&&[^A-C]]+", "ABDE", "DE")]
    [InlineData(@"[\p{L}&&[^\p{Han}]]+", "ab漢cd", "ab,cd")]
    [InlineData("[[a-c][x-z]-]+", "ax-d", "ax-")]
    [InlineData(@"[]a]+", "a]b", "a]")]
    [InlineData(@"\p{Han}+", "か漢字a𠀀", "漢字,𠀀")]
    [InlineData(@"\p{^L}", "a1", "1")]
    [InlineData(@"\P{L}", "a1", "1")]
    [InlineData(@"[^\s\p{L}]", "a 😀", "😀")]
    [InlineData(@"\x{1F600}|\u00e9|\x41", "😀éA", "😀,é,A")]
    [InlineData(@"[[:digit:]]+", "a12", "12")]
    [InlineData(@"\b", "ab c", ",,,")]
    [InlineData("^b$", "a\nb\nc", "b")]
    public void Matches(string pattern, string text, string expected) => Assert.Equal(expected, string.Join(',', All(pattern, text)));

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("(?:a*)*")]
    [InlineData("a{3,2}")]
    [InlineData("a{1001}")]
    [InlineData(@"\p{Nonsense}")]
    [InlineData(@"\2(a)")]
    [InlineData(@"\k<a>")]
    [InlineData("(?<=ab)c")]
    [InlineData("(?P<a>b)")]
    [InlineData("[b-a]")]
    [InlineData(@"\")]
    [InlineData("(((((a{1000}){1000})))))")]
    public void WhatIsNotKnownIsRefused(string pattern) => Assert.Throws<ExpressionSyntaxException>(() => new Expression(pattern));

    [Fact]
    public void LongExpressionsAreRefused() => Assert.Throws<ExpressionSyntaxException>(() => new Expression(new string('a', 100_000)));

    [Fact]
    public void DeepNestingIsRefused() => Assert.Throws<ExpressionSyntaxException>(() => new Expression(new string('(', 100_000) + new string(')', 100_000)));

    /// <summary>Exponentially many ways to match end at the budget.</summary>
    [Theory]
    [InlineData("(?:a|a)+b")]
    [InlineData("(?:a+)+b")]
    [InlineData("(?:a|aa)+$b")]
    public void CatastrophesAreBounded(string pattern) => Assert.Throws<ExpressionBudgetException>(() => All(pattern, new string('a', 200)));

    /// <summary>Against .NET's engine, on expressions and ASCII texts that mean the same in both.</summary>
    [Fact]
    public void SeededExpressionsMatchAsInDotNet()
    {
        var random = new Random(7);
        var compared = 0;
        for (var i = 0; i < 4000; i++)
        {
            var pattern = Pattern(random, 3);
            var text = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => "ab c1"[random.Next(5)])]);
            List<string> got;
            try
            {
                got = All(pattern, text);
            }
            catch (ExpressionSyntaxException)
            {
                continue; // a repeat of what may be empty
            }
            compared++;
            var expected = Regex.Matches(text, pattern, RegexOptions.CultureInvariant).Select(match => match.Value);
            Assert.True(expected.SequenceEqual(got), $"{pattern} in '{text}': expected {string.Join(',', expected)}, got {string.Join(',', got)}");
        }
        Assert.True(compared > 2500, $"{compared}");
    }

    private static string Pattern(Random random, int depth)
    {
        if (depth == 0)
            return ((string[])["a", "b", "[ab]", "[^a]", @"\d", @"\s", @"\w", "c"])[random.Next(8)];
        return random.Next(8) switch
        {
            0 => $"(?:{Pattern(random, depth - 1)}|{Pattern(random, depth - 1)})",
            1 => $"(?>{Pattern(random, depth - 1)})",
            2 => $"(?={Pattern(random, depth - 1)})",
            3 => $"(?!{Pattern(random, depth - 1)})",
            4 => $"(?:{Pattern(random, depth - 1)}){((string[])["*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"])[random.Next(8)]}",
            _ => Pattern(random, depth - 1) + Pattern(random, depth - 1),
        };
    }

    private static List<string> All(string pattern, string text)
    {
        var expression = new Expression(pattern);
        var budget = new MatchBudget();
        budget.Begin(text.Length);
        var found = new List<string>();
        for (var from = 0; from <= text.Length && expression.Find(text, from, budget, out var start, out var end); from = end > start ? end : end + 1)
            found.Add(text[start..end]);
        return found;
    }
}
