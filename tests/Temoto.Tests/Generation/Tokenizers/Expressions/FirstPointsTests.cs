using Temoto.Generation.Tokenizers.Expressions;

namespace Temoto.Tests.Generation.Tokenizers.Expressions;

public class FirstPointsTests
{
    [Theory]
    [InlineData("ab|cd", "ac")]
    [InlineData("a?b", "ab")]
    [InlineData("a*(?:b|cd)+e", "abc")]
    [InlineData("(?>a|b?)c", "abc")]
    [InlineData("(?=a)b|(?!c)d", "bd")]
    [InlineData("(?<=a)b", "b")]
    [InlineData("^a|\\bc", "ac")]
    [InlineData("(?:a|b)*?c", "abc")]
    [InlineData("(?:a{0,2}b){2}", "ab")]
    [InlineData("a?", null)]
    [InlineData("a|", null)]
    [InlineData("(?>a?)", null)]
    [InlineData("(a?)\\1b", null)]
    [InlineData("(?!a)", null)]
    [InlineData("a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p", "abcdefghijklmnop")]
    public void AreWhatAMatchCanBeginWith(string pattern, string? expected)
    {
        var node = ExpressionParser.Parse(pattern, out var groups);
        ExpressionCompiler.Compile(node, remembers: groups > 0, out var first);
        Assert.Equal(expected, first is null ? null : string.Concat("abcdefghijklmnopqrstuvwxyz".Where(c => first.Contains(c))));
    }

    /// <summary>A hostile expression of many steps is answered in a few.</summary>
    [Fact]
    public void LongProgramsAreNotWalkedWhole()
    {
        var node = ExpressionParser.Parse(string.Join("?", Enumerable.Repeat("(?:a|b)", 2000)), out _);
        Assert.InRange(ExpressionCompiler.Compile(node, remembers: false, out var first).Length, 8000, 20_000);
        Assert.True(first is null || first.Contains('a'));
    }
}
