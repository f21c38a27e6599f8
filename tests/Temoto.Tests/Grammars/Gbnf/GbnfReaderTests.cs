using System.Text;
using Temoto.Grammars;
using Temoto.Grammars.Gbnf;

namespace Temoto.Tests.Grammars.Gbnf;

public class GbnfReaderTests
{
    [Theory]
    [InlineData("root ::= \"a\\\"\\\\\\n\\r\\t\\[\\]\\-\\x41\\u00e9\\U0001F600\"", "a\"\\\n\r\t[]-A\u00e9😀")]
    [InlineData("root ::= \"é😀 # | (\"", "é😀 # | (")]
    [InlineData("root ::= [\\]] [\\[] [\\\\] [\\x41-\\x41] [^\\x00-`b-\\U0010FFFF] [[] [\"] [#] [.]", "][\\Aa[\"#.")]
    [InlineData("root ::= [\n] \"\n\"", "\n\n")]
    [InlineData("root::=\"a\"\"b\"", "ab")]
    [InlineData("\t# first\r\n\r\nroot ::= \"a\" # all of it\r\n", "a")]
    [InlineData("root ::=\n  # what follows\n  \"a\"", "a")]
    [InlineData("root ::= \"b\" x |\n\n  # or\n  \"a\"\nx ::= \"c\"", "a")]
    [InlineData("root ::= (\n \"a\" # one\n \"b\"\n | \"c\"\n) \"d\"", "abd")]
    [InlineData("root ::= ( \"a\"\n {2} )", "aa")]
    [InlineData("root ::= \"ab\"{ 2 , 2 }", "abab")]
    [InlineData("root ::= \"ab\"{2}{2}", "abababab")]
    [InlineData("root ::= \"a\"\n\n\nA-2_b ::= \"b\"", "a")]
    [InlineData("root ::= A-2_b\nA-2_b ::= \"b\"", "b")]
    [InlineData("root ::=|\"a\"", "a")]
    [InlineData("root ::= \"\" \"a\" () ", "a")]
    [InlineData("root ::= \"x\"{0} \"a\"", "a")]
    public void ATextIsOfIt(string grammar, string text)
    {
        var matcher = Matcher(grammar);

        Assert.True(matcher.Accept(Encoding.UTF8.GetBytes(text)));
        Assert.True(matcher.CanEnd);
    }

    [Theory]
    [InlineData("root ::= .", "\n", "")]
    [InlineData("root ::= [+-]", "-", ",")]
    [InlineData("root ::= [a-]", "-", "b")]
    [InlineData("root ::= [-a]", "-", "b")]
    [InlineData("root ::= [^\\n]", "a", "\n")]
    [InlineData("root ::= [a^]", "^", "b")]
    [InlineData("root ::= [a-cx-z]", "y", "w")]
    [InlineData("root ::= [ぁ-ゟ]", "ん", "ア")]
    public void AClassHasOneCharacterAndNotAnother(string grammar, string has, string lacks)
    {
        Assert.True(Matcher(grammar).Accept(Encoding.UTF8.GetBytes(has)));
        Assert.True(lacks.Length == 0 || !Matcher(grammar).Accept(Encoding.UTF8.GetBytes(lacks)));
    }

    [Theory]
    [InlineData("root ::= \"a\"\nb", 2, "the end", "::=")]
    [InlineData("root ::= \"a\"\n\n| \"b\"", 3, "'|'", "the name of a rule")]
    [InlineData("root ::= \"a\" = \"b\"", 1, "'='", "the end of the line")]
    [InlineData("root ::=\nb ::= \"b\"", 2, "':'", "the end of the line")]
    [InlineData("root ::= (\"a\"\n\"b\"", 2, "the end", ")")]
    [InlineData("root ::= \"a\")", 1, "')'", "the end of the line")]
    [InlineData("root ::= * \"a\"", 1, "'*'", "something to repeat before it")]
    [InlineData("root ::= \"a\" | ?", 1, "'?'", "something to repeat before it")]
    [InlineData("root ::= \"a\n\"b\"\n", 2, "a literal without an end", "\"")]
    [InlineData("root ::= x\n  \"a\"", 2, "'\"'", "the name of a rule")]
    [InlineData("root ::= \"a\"\nb ::= \"a", 2, "a literal without an end", "\"")]
    [InlineData("root ::= [ab", 1, "a class without an end", "]")]
    [InlineData("root ::= [a-", 1, "a class without an end", "]")]
    [InlineData("root ::= []", 1, "the class []", "at least one character in it")]
    [InlineData("root ::= [^]", 1, "the class [^]", "at least one character in it")]
    [InlineData("root ::= [z-a]", 1, "the range z-a", "the lower end first")]
    [InlineData("root ::= \"\\q\"", 1, "'q'", "n, r, t, x, u, U, \\, \", [, ] or - behind a backslash")]
    [InlineData("root ::= \"\\", 1, "the end", "n, r, t, x, u, U, \\, \", [, ] or - behind a backslash")]
    [InlineData("root ::= \"\\x4\"", 1, "'4'", "2 hexadecimal digits behind \\x")]
    [InlineData("root ::= \"\\u 123\"", 1, "' '", "4 hexadecimal digits behind \\u")]
    [InlineData("root ::= \"\\U00110000\"", 1, "the code point 110000", "at most 10FFFF")]
    [InlineData("root ::= \"\\ud83d\"", 1, "half a surrogate pair, D83D", "code points")]
    [InlineData("root ::= \"a\"{}", 1, "'}'", "a number")]
    [InlineData("root ::= \"a\"{,2}", 1, "','", "a number")]
    [InlineData("root ::= \"a\"{1 2}", 1, "'2'", "}")]
    [InlineData("root ::= \"a\"{2,1}", 1, "the repeat {2,1}", "the lower number first")]
    [InlineData("root ::= \"a\"{2147483647}", 1, "a repeat of more than two thousand millions", "a smaller number")]
    [InlineData("root ::= \"a\"{99999999999}", 1, "a repeat of more than two thousand millions", "a smaller number")]
    [InlineData("root ::= b\n\"a\"", 2, "'\"'", "the name of a rule")]
    [InlineData("root ::= \"a\" |\n  b c", 2, "the rule b, which is not defined", "a line b ::= ...")]
    [InlineData("root ::= \"a\"\nb ::= \"a\"\nroot ::= \"b\"", 3, "the rule root again (it is defined in line 1)", "one definition")]
    [InlineData("root ::= <[10]>", 1, "'<'", "text, in quotes")]
    [InlineData("root ::= !<think>", 1, "'!'", "text, in quotes")]
    [InlineData("root ::= \"a\"\n😀", 2, "'😀'", "the name of a rule")]
    public void WhatIsMalformedIsRefusedWithItsLine(string grammar, int line, string found, string expected)
    {
        var refused = Assert.Throws<GrammarException>(() => GbnfReader.Read(grammar));

        Assert.Equal(($"line {line}", found, expected), (refused.Place, refused.Found, refused.Expected));
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void HalfASurrogatePairIsRefused()
    {
        // Data of a theory are written down as UTF-8.
        var refused = Assert.Throws<GrammarException>(() => GbnfReader.Read("root ::= \"a\"\n# \n b ::= \"\ud83d\""));

        Assert.Equal(("line 3", "half a surrogate pair"), (refused.Place, refused.Found));
    }

    [Fact]
    public void EveryBeginningOfAGrammarIsReadOrRefused()
    {
        const string grammar = "# all\nroot ::= \"a\\x41\" ([^\\]a-z] | .)* {2,3} |\r\n  b-c? \"\\U0001F600\" # end\nb-c ::= (b-c \"\" )+";
        var read = 0;
        for (var length = 0; length <= grammar.Length; length++)
        {
            try
            {
                GbnfReader.Read(grammar[..length]);
                read++;
            }
            catch (GrammarException refused)
            {
                Assert.DoesNotContain("object", refused.Message, StringComparison.OrdinalIgnoreCase);
            }
        }
        Assert.InRange(read, 5, grammar.Length / 2);
    }

    [Fact]
    public void SizesAreBounded()
    {
        Assert.Equal("a grammar of 1048577 characters", Assert.Throws<GrammarException>(() => GbnfReader.Read(new string(' ', (1 << 20) + 1))).Found);
        Assert.Single(GbnfReader.Read($"root ::= \"{new string('a', (1 << 20) - 11)}\""));
        Assert.Equal("nesting deeper than 200", Assert.Throws<GrammarException>(() => GbnfReader.Read($"root ::= {new string('(', 201)}{new string(')', 201)}")).Found);
        Assert.Single(GbnfReader.Read($"root ::= {string.Concat(Enumerable.Repeat("(\"a\" | \"b\" ", 200))}{string.Concat(Enumerable.Repeat(")*", 200))}"));
        Assert.Equal("nesting deeper than 200", Assert.Throws<GrammarException>(() => GbnfReader.Read($"root ::= \"a\"{new string('*', 100_000)}")).Found);
        var rules = string.Concat(Enumerable.Range(0, 9_999).Select(i => $"r{i} ::= \"a\"\n"));
        Assert.Equal(10_000, GbnfReader.Read($"{rules}root ::= r0").Count);
        Assert.Equal("more than 10000 rules", Assert.Throws<GrammarException>(() => GbnfReader.Read($"{rules}root ::= r0\nmore ::= r0")).Found);
    }

    private static GrammarMatcher Matcher(string grammar) => Grammar.Make(new TokenVocabulary([], []), table => GbnfGrammar.Read(grammar, table)).NewMatcher();
}
