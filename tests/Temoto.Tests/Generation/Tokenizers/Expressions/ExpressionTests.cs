using System.Text.RegularExpressions;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Generation.Tokenizers;
using Temoto.Generation.Tokenizers.Expressions;
using Temoto.Generation.Tokenizers.PreTokenizers;

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

    /// <summary>
    /// What a published expression takes on prose: a step for each of its repeats, and of the alternatives only those that the next character allows. A word of five letters with its space
    /// takes some ten steps, numbers and punctuation more; together about 3 for a character.
    /// </summary>
    [Theory]
    [InlineData("gpt-4o", 3.2)]
    [InlineData("tekken", 3.2)]
    [InlineData("deepseek-v3", 3.2)]
    [InlineData("smollm", 3.2)]
    [InlineData("falcon", 3.2)]
    public void ProseTakesFewSteps(string pre, double most)
    {
        var text = string.Concat(Enumerable.Repeat("The pump isn't hot, but 12 of its valves were replaced in 1998 (see page 3).\n", 20));
        var splitter = new PipelineReader(pre).PreTokenizer(GgufPreTokenizers.Find(pre))!;
        var pieces = new PieceList();
        pieces.Set(text, 0);
        splitter.Split(pieces);
        TestContext.Current.SendDiagnosticMessage($"{pre}: {(double)pieces.Budget.Taken / text.Length:0.00} steps for a character");
        Assert.InRange((double)pieces.Budget.Taken / text.Length, 0.1, most);
    }

    [Fact]
    public void MatchingAllocatesNothing()
    {
        var expression = new Expression(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+");
        const string text = "The pump isn't hot, but 12 of its valves are.\n 漢字";
        var budget = new MatchBudget();
        Assert.Equal(16, Count());
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Count();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        int Count()
        {
            budget.Begin(text.Length);
            var count = 0;
            for (var from = 0; from < text.Length && expression.Find(text, from, budget, out _, out from); count++)
            {
            }
            return count;
        }
    }

    /// <summary>Sets of more than a few code points answer alike below and beyond ASCII, by themselves and together.</summary>
    [Fact]
    public void SetsContainWhatTheirTestSays()
    {
        CharacterSet[] sets = [new(point => point % 3 == 0), new('a'), new(0x3B1), new(0x1F600), new(char.ConvertToUtf32("a", 0) + 1)];
        Func<int, bool>[] tests = [point => point % 3 == 0, point => point == 'a', point => point == 0x3B1, point => point == 0x1F600, point => point == 'b'];
        var all = new CharacterSet(sets);
        foreach (var point in Enumerable.Range(0, 0x500).Concat(Enumerable.Range(0x1F5F0, 0x100)).Append(0x10FFFF))
        {
            for (var i = 0; i < sets.Length; i++)
                Assert.Equal(tests[i](point), sets[i].Contains(point));
            Assert.Equal(tests.Any(test => test(point)), all.Contains(point));
        }
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
