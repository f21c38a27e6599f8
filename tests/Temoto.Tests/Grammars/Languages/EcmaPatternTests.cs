using System.Text.RegularExpressions;
using Temoto.Grammars;
using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Patterns against .NET's expressions, and by hand where ECMA-262 differs from those.</summary>
public class EcmaPatternTests
{
    private static readonly string[] Pieces = ["a", "b", "x", ",", "0", "7", "-", "_", ".", "A", "é", "\n", " ", "ab", "x,"];

    private readonly LanguageTable table = new();

    [Theory]
    [InlineData("^(a|b)$")]
    [InlineData("^a|b$")]
    [InlineData("(^|,)x")]
    [InlineData("^$|^a$")]
    [InlineData("(?:^a)")]
    [InlineData("a^b")]
    [InlineData("a$b")]
    [InlineData("^(a$|b)x*")]
    [InlineData("(?:^|,)a(?:,|$)")]
    [InlineData("^(?:a(?:,|$))+")]
    [InlineData("^(?:a(?:,|$))*$")]
    [InlineData("^(a(,|$)){2,3}$")]
    [InlineData("(?:(?:^|,)[ab]+)+$")]
    [InlineData("(?:(?:^|,)[ab]){2,}")]
    [InlineData("(a$|b|)+x?")]
    [InlineData("(^)?a")]
    [InlineData("(?!^)a")]
    [InlineData("(?!.*x)[ab]+$")]
    [InlineData("^(?!.*x)[ab,]+$")]
    [InlineData("^(?=.*[A-Z])(?=.*[0-9]).{3,}$")]
    [InlineData("a(?=b|$)")]
    [InlineData("a(?!b)")]
    [InlineData("^(?:(?!ab)a|b)?x")]
    [InlineData("^((?!ab).)*$")]
    [InlineData("^(?:(?=[abx])(?!x,)[a-z,]){1,3}$")]
    [InlineData("^(?:(?!-)[a0-])+$")]
    [InlineData("^[^ab]{2,4}?$")]
    [InlineData("^(?<first>a)(b|x){0,2}$")]
    [InlineData("^(a*){2,3}b?$")]
    [InlineData(@"^\S+\s\S+$")]
    [InlineData(@"[\-\.\,]{2}")]
    [InlineData(@"^\x61|\u0062\n$")]
    [InlineData("a{2}b{1,}|x{0}0")]
    public void APatternMatchesWhatTheExpressionMatches(string pattern)
    {
        var random = new Random(pattern.Length);
        Compare(pattern, random, 300);
    }

    [Fact]
    public void RandomPatternsMatchWhatTheExpressionsMatch()
    {
        var random = new Random(6);
        var refused = 0;
        var patterns = Thoroughness.Cases(500);
        for (var i = 0; i < patterns; i++)
        {
            try
            {
                Compare(RandomPattern(random, 4), random, 25);
            }
            catch (GrammarException)
            {
                refused++;
            }
        }
        Assert.True(refused < patterns / 5, $"{refused} refused");
    }

    [Theory]
    // The digits and letters of ASCII, and white space with the mark of byte order.
    [InlineData(@"^\d$", "7", "\u0667")]
    [InlineData(@"^\D$", "\u0667", "7")]
    [InlineData(@"^\w$", "_", "é")]
    [InlineData(@"^\s$", "\uFEFF", "\u0085")]
    [InlineData(@"^\s$", "\u2029", "x")]
    [InlineData("^.$", "\u0085", "\u2028")]
    [InlineData("^.$", "😀", "\r")]
    [InlineData("^[^]$", "\n", "")]
    [InlineData("a[]|b", "b", "a")]
    // No end of the text before its last line end.
    [InlineData("a$", "a", "a\n")]
    // Code points, however they are written; half of a pair is none.
    [InlineData(@"^\uD83D\uDE00$", "😀", "x")]
    [InlineData(@"^[\uD83D\uDE00-\uD83D\uDE02]$", "😁", "😃")]
    [InlineData(@"^\u{1F600}$", "😀", "\u1F60")]
    [InlineData("^[😀é]{2}$", "é😀", "é")]
    [InlineData(@"^[^\uD800-\uDFFF]$", "😀", "")]
    [InlineData(@"^(\uD83D|x)$", "x", "😀")]
    [InlineData(@"\cJ\0", "\n\0", "\n0")]
    // What other writers leave unescaped, or escape without need.
    [InlineData(@"^[\w-.]+$", "a-.", "a,")]
    [InlineData(@"^a\-\/\_\@\ b$", "a-/_@ b", @"a\-b")]
    [InlineData("^a]}{$", "a]}{", "a")]
    [InlineData("^{a{1,x}$", "{a{1,x}", "a")]
    [InlineData("^[a-]+$", "a-", "b")]
    [InlineData("^(?P<name>a)$", "a", "b")]
    [InlineData(@"^[\b]$", "\b", "b")]
    [InlineData(@"^\p{L}\p{Lowercase_Letter}\P{L}$", "Éa1", "1a1")]
    [InlineData(@"^\p{gc=Nd}\p{N}$", "\u0667½", "½½")]
    [InlineData(@"^[\p{Script=Greek}\p{sc=Han}]+$", "λ中", "l")]
    [InlineData(@"^\p{Alphabetic}\p{White_Space}\p{ASCII}\p{Any}$", "\u0345\u2028~😀", "1 ~😀")]
    [InlineData(@"^\p{Alpha}$", "\u2167", "½")]
    [InlineData(@"^\p{Uppercase}\p{Lowercase}$", "Ⓐª", "aA")]
    [InlineData(@"^\p{Cs}?a$", "a", "b")]
    public void WhatEcmaScriptHasOfItsOwn(string pattern, string isIn, string isNot)
    {
        var language = EcmaPattern.Containing(pattern, table);
        Assert.True(table.Holds(language, isIn));
        Assert.False(table.Holds(language, isNot));
    }

    [Theory]
    [InlineData(@"(a)\1", "back-reference")]
    [InlineData(@"(?<n>a)\k<n>", "back-reference")]
    [InlineData("(?<=a)b", "look-behind")]
    [InlineData("(?<!a)b", "look-behind")]
    [InlineData(@"\bword", "word boundary")]
    [InlineData("((?=ab)a|b)*x", "look-ahead in a repeat")]
    [InlineData("a?^b", "^ behind something that may be empty")]
    [InlineData("(^a?)+b", "^ in a repeat")]
    [InlineData("(?i)a", "flags")]
    [InlineData("a++", "possessive")]
    [InlineData(@"\Aa\Z", @"anchor \A")]
    [InlineData("a{,5}", "without its least number")]
    [InlineData("a{3,2}", "most is below its least")]
    [InlineData("a{99999999999}", "a smaller number")]
    [InlineData("[b-a]", "range")]
    [InlineData("[a", "class without its end")]
    [InlineData("(a", "group without its end")]
    [InlineData("a)", "closes nothing")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("a|+", "nothing to repeat")]
    [InlineData(@"\p{Script=Linear_A}", "property Script=Linear_A")]
    [InlineData(@"\p", "property without its name")]
    [InlineData(@"\u{110000}", "no code point")]
    [InlineData(@"\x4", "2 hexadecimal digits")]
    [InlineData(@"\e", @"escape \e")]
    [InlineData("a\\", "at the end of the pattern")]
    public void WhatCannotBeFollowedIsRefusedByName(string pattern, string name) =>
        Assert.Contains(name, Assert.Throws<GrammarException>(() => EcmaPattern.Containing(pattern, table)).Message, StringComparison.Ordinal);

    [Fact]
    public void LongAndDeepPatternsAreRefusedAndThoseBelowAreMade()
    {
        Assert.Throws<GrammarException>(() => EcmaPattern.Containing(new string('a', 16_385), table));
        Assert.Throws<GrammarException>(() => EcmaPattern.Containing(Nested(101, "(a", ")"), table));
        Assert.True(table.Holds(EcmaPattern.Whole(new string('.', 16_384), table), new string('a', 16_384)));
        Assert.True(table.Holds(EcmaPattern.Containing(Nested(100, "(", "a)?"), table), "b"));
        Assert.True(table.Holds(EcmaPattern.Whole(Nested(99, "(^", ")+c?").Replace("^)", "^a|b)", StringComparison.Ordinal), table), "ac"));
        // Repeats are counted, not written out.
        var before = table.Count;
        Assert.NotSame(table.Nothing, EcmaPattern.Whole("^[a-z]{0,100000}$", table));
        Assert.True(table.Count - before < 10);
    }

    /// <summary>A pattern that everything contains is everything, which is what the masks know without a look.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(".*")]
    [InlineData("^.*")]
    [InlineData("(a|b*)")]
    [InlineData("^(a|)b?")]
    public void WhatEveryTextContainsIsAnything(string pattern) => Assert.Same(table.Anything, EcmaPattern.Containing(pattern, table));

    private void Compare(string pattern, Random random, int texts)
    {
        var (containing, whole) = (EcmaPattern.Containing(pattern, table), EcmaPattern.Whole(pattern, table));
        var expected = new Regex(InDotNet(pattern), RegexOptions.CultureInvariant);
        var expectedWhole = new Regex($@"^(?:{InDotNet(pattern)})\z", RegexOptions.CultureInvariant);
        for (var i = 0; i < texts; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            Assert.True(expected.IsMatch(text) == table.Holds(containing, text), $"{pattern} on '{text}'");
            Assert.True(expectedWhole.IsMatch(text) == table.Holds(whole, text), $"all of '{text}' by {pattern}");
        }
    }

    /// <summary>Neither the dot nor the end are quite the same.</summary>
    private static string InDotNet(string pattern) =>
        pattern.Replace("$", @"\z", StringComparison.Ordinal).Replace(@"\.", "[p]", StringComparison.Ordinal).Replace(".", @"[^\n\r\u2028\u2029]", StringComparison.Ordinal).Replace("[p]", @"\.", StringComparison.Ordinal);

    private static string RandomPattern(Random random, int depth)
    {
        string Inner() => RandomPattern(random, depth - 1);
        return (depth == 0 ? random.Next(5) : random.Next(14)) switch
        {
            0 => "a",
            1 => "[ab]",
            2 => "[^a-x0]",
            3 => "x,",
            4 => ".",
            5 or 6 => $"{Inner()}{Inner()}",
            7 or 8 => $"(?:{Inner()}|{Inner()})",
            9 => $"(?:{Inner()}){"*+?"[random.Next(3)]}",
            10 => $"(?:{Inner()}){{{random.Next(2)},{random.Next(2, 4)}}}",
            11 => random.Next(2) == 0 ? $"^{Inner()}" : $"(^|{Inner()})",
            12 => random.Next(2) == 0 ? $"{Inner()}$" : $"({Inner()}|$)",
            _ => $"(?{(random.Next(2) == 0 ? '=' : '!')}{Inner()}){Inner()}",
        };
    }

    private static string Nested(int depth, string open, string close) => string.Concat(Enumerable.Repeat(open, depth)) + string.Concat(Enumerable.Repeat(close, depth));
}
