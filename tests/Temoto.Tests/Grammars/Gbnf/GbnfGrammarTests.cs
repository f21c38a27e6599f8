using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Temoto.Grammars;
using Temoto.Grammars.Gbnf;

namespace Temoto.Tests.Grammars.Gbnf;

public class GbnfGrammarTests
{
    private const string Json = """
        root   ::= ws value
        value  ::= (object | array | string | number | "true" | "false" | "null") ws
        object ::= "{" ws (member ("," ws member)*)? "}"
        member ::= string ws ":" ws value
        array  ::= "[" ws ( value ("," ws value)* )? "]"
        string ::= "\"" (
            [^"\\\x00-\x1F] |
            "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
          )* "\""
        number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
        ws     ::= ([ \t\n\r] ws)?
        """;

    private static readonly TokenVocabulary Bytes = new([.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), null], [256]);

    [Fact]
    public void RegularGrammarsTakeWhatAnExpressionOfDotnetMatches()
    {
        var (matched, whole) = (0, 0);
        for (var seed = 0; seed < Thoroughness.Cases(400); seed++)
        {
            var random = new Random(seed);
            var (written, pattern) = RandomRegular.Make(random, seed % 2 == 0);
            var (matcher, expression) = (Matcher(written), new Regex($@"\A(?:{pattern})\z", RegexOptions.Singleline | RegexOptions.CultureInvariant));
            for (var texts = 0; texts < 60; texts++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(0, 7)).Select(_ => "abc\né€"[random.Next(6)]));
                var isMatch = expression.IsMatch(text);
                Assert.True(isMatch == IsWhole(matcher, Encoding.UTF8.GetBytes(text)), $"{text} in {written}");
                (matched, whole) = (matched + (isMatch ? 1 : 0), whole + 1);
            }
        }
        // Both kinds are common enough to say something.
        Assert.InRange(matched, whole / 20, whole / 2);
    }

    [Fact]
    public void BracketsAreBalanced()
    {
        var matcher = Matcher("""root ::= ("(" root ")" | "[" root "]" | "x"+)*""");
        var random = new Random(1);
        for (var texts = 0; texts < Thoroughness.Cases(3000); texts++)
        {
            var text = RandomTexts.Brackets(random);
            Assert.True(RandomTexts.IsBalanced(text) == IsWhole(matcher, Encoding.ASCII.GetBytes(text)), text);
        }
    }

    [Fact]
    public void SumsOfProductsAreAsADescendingReaderReadsThem()
    {
        var matcher = Matcher("""
            root   ::= term (("+" | "-") term)*
            term   ::= factor ("*" factor |
              "/" factor)*
            factor ::= [0-9]+ | "(" root ")" | "-" factor
            """);
        var random = new Random(2);
        var read = 0;
        for (var texts = 0; texts < Thoroughness.Cases(3000); texts++)
        {
            var text = RandomTexts.Sum(random);
            var isSum = new RandomTexts.SumReader(text).IsSum();
            read += isSum ? 1 : 0;
            Assert.True(isSum == IsWhole(matcher, Encoding.ASCII.GetBytes(text)), text);
        }
        Assert.InRange(read, 500, Thoroughness.Cases(2500));
    }

    [Fact]
    public void JsonIsWhatDotnetReads()
    {
        var matcher = Matcher(Json);
        var whole = """ {"a":[1,-2.5e+3,0,true,false,null,"\u00e9\"\\\/"], "é€😀":{}, "":[[],{"b":[ ]}] } """u8.ToArray();
        Assert.True(IsWhole(matcher, whole));
        var random = new Random(3);
        var read = 0;
        for (var texts = 0; texts < Thoroughness.Cases(6000); texts++)
        {
            var text = Mutations.Damage(whole, random);
            var isJson = IsJson(text);
            read += isJson ? 1 : 0;
            Assert.True(isJson == IsWhole(matcher, text), Encoding.Latin1.GetString(text));
        }
        Assert.InRange(read, 200, Thoroughness.Cases(5000));
    }

    [Fact]
    public void WhatMasksAllowIsJson()
    {
        var random = new Random(4);
        var tokens = RandomVocabulary.Tokens(random, 300);
        var vocabulary = RandomVocabulary.Make(tokens);
        var ended = 0;
        for (var answers = 0; answers < Thoroughness.Cases(60); answers++)
        {
            var matcher = Grammar.Make(vocabulary, table => GbnfGrammar.Read(Json, table)).NewMatcher();
            var taken = new List<byte>();
            var mask = new ulong[vocabulary.MaskWords];
            for (var steps = 0; steps < 40 && !matcher.IsOver; steps++)
            {
                matcher.ComputeMask(mask);
                var next = Enumerable.Range(0, tokens.Length).Where(id => tokens[id] is { Length: > 0 } && (mask[id >> 6] >> id & 1) != 0 && id != 0 && id != tokens.Length - 1).ToArray();
                var token = tokens[next[random.Next(next.Length)]]!;
                Assert.True(matcher.Accept(token));
                taken.AddRange(token);
                if (!matcher.CanEnd)
                    continue;
                Assert.True(IsJson([.. taken]), Encoding.UTF8.GetString([.. taken]));
                ended++;
            }
        }
        Assert.True(ended > 100);
    }

    [Theory]
    [InlineData("root ::= root", 1, "root")]
    [InlineData("root ::= \"x\" | a\na ::= b \"y\"\nb ::= \"z\" |\n  a", 2, "a")]
    [InlineData("root ::= \"x\"\na ::= n n a \"y\"\nn ::= \"z\"?", 2, "a")]
    [InlineData("root ::= \"x\"\na ::= (\"y\"? | \"\")* (n | a) \nn ::= \"z\"", 2, "a")]
    [InlineData("root ::= \"x\"\na ::= b? \"x\"\nb ::= a \"y\"", 2, "a")]
    [InlineData("root ::= a{0,3}\na ::= a{2} \"x\" | \"y\"", 2, "a")]
    public void RulesThatBeginWithThemselvesAreRefused(string grammar, int line, string name)
    {
        var refused = Refused(grammar);

        Assert.Equal($"line {line}", refused.Place);
        Assert.StartsWith($"the rule {name}, which can begin with itself", refused.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root ::= \"x\" root", 1)]
    [InlineData("a ::= \"x\"\nroot ::= a b\nb ::= \"(\" (b | root) \")\"", 2)]
    [InlineData("root ::= [^\\x00-\\U0010FFFF]", 1)]
    [InlineData("root ::= a+\na ::= \"x\" a{1,}", 1)]
    public void AGrammarWithoutAFiniteTextIsRefused(string grammar, int line)
    {
        var refused = Refused(grammar);

        Assert.Equal($"line {line}", refused.Place);
        Assert.Equal("a finite text", refused.Expected);
    }

    [Fact]
    public void AlternativesThatNeverEndAreNotEntered()
    {
        var matcher = Matcher("root ::= \"a\" | \"b\" endless | endless? \"c\" | root-2\nendless ::= \"b\" endless\nroot-2 ::= \"(\" root-2 \")\" | \"d\" endless | \"e\" root-2? [\\uD800-\\uDBFF]?");

        Assert.Equal("ace(", string.Concat("abcde()".Where(value => IsBegin(matcher, [(byte)value]))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n\n")]
    [InlineData("Root ::= \"a\"")]
    public void AGrammarWithoutARootIsRefused(string grammar) => Assert.Equal("a line root ::= ...", Refused(grammar).Expected);

    [Fact]
    public void RepeatsWithoutAByteComeToAnEnd()
    {
        foreach (var grammar in new[] { "root ::= ((((a*)*)*)*)*\na ::= \"a\"*", "root ::= (((\"a\"{0,1000}){0,1000})*){0,1000}", "root ::= (((a?)*)+){3,}\na ::= \"(\" a \")\" | \"a\" | \"\"", "root ::= (a | \"\"){0,50}\na ::= \"(\" a \")\" | \"a\" | \"\"", "root ::= (a* a*)*\na ::= \"a\" | \"(\" root \")\"" })
        {
            var matcher = Matcher(grammar);
            Assert.True(matcher.CanEnd);
            Assert.True(IsWhole(matcher, "aaaaa"u8.ToArray()));
            Assert.False(IsBegin(matcher, "b"u8.ToArray()));
        }
    }

    [Fact]
    public void RepeatsOfWhatNamesItselfAreCounted()
    {
        var matcher = Matcher("root ::= a{2,1000000} | a{0}\na ::= \"a\" | \"(\" a{3} \")\" | \"[\" a{1,2} \"]\"");

        var texts = new[] { "", "a", "aa", new string('a', 5000), "a(aaa)", "a(aa)", "a(aaaa)", "a[a]", "a[aa]", "a[]", "a[aaa]", "([a]a[a(aaa)])a" };
        Assert.Equal(new[] { "", "aa", new string('a', 5000), "a(aaa)", "a[a]", "a[aa]", "([a]a[a(aaa)])a" }, texts.Where(text => IsWhole(matcher, Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void HostileGrammarsAreReadOrRefusedInTimeThatGrowsAsTheyDo()
    {
        const int most = 1 << 20;
        string Many(string part, string before = "root ::= ") => before + string.Concat(Enumerable.Repeat(part, (most - before.Length) / part.Length));
        string Rules(Func<int, string> rule, int count = 9_998) => $"root ::= r0\n{string.Concat(Enumerable.Range(0, count).Select(i => $"r{i} ::= {rule(i)}\n"))}r{count} ::= \"a\"\n";
        string[] grammars =
        [
            Many("("), Many("(\"a\" | "), Many("\"a\"*") + "*", Many("*", "root ::= a"), Many("\"a\" | ") + "\"b\"", Many("\"a\"? "), Many("x ", "x ::= \"a\" | \"(\" x \")\"\nroot ::= "), Many("x? ", "x ::= \"a\" | \"(\" x \")\"\nroot ::= "), Many("x | ", "x ::= \"a\" | \"(\" x \")\"\nroot ::= ") + "x",
            Many("a", "root ::= \"") , Many("a", "root ::= \"")[..^1] + "\"", Many("a-", "root ::= [") , Many("é", "root ::= ["), Many("\\", "root ::= \""), Many("\n"), Many("#"), Many("[a-c] "), Many("a ", "root ::= "), Many("root ", "root ::= \"a\" | \"b\" "),
            Rules(i => $"r{i + 1} r{i + 1}"), Rules(i => $"\"(\" r{i + 1} \")\" | r{i + 1}?"), Rules(i => $"(((r{i + 1})?)*)+", 3000), Rules(i => $"r{i + 1} \"a\" | r{i + 1} \"b\" | r0", 3000), Rules(i => $"\"a\" r{i + 1}? | \"b\" r0 r{i + 1}", 3000), Rules(i => $"r{i + 1}", 10_001),
            $"root ::= {new string('(', 200)}root{new string(')', 200)}", $"root ::= {new string('(', 199)}\"a\"{string.Concat(Enumerable.Repeat("*)", 199))}", $"root ::= \"a\" {new string('(', 199)}root?{string.Concat(Enumerable.Repeat("*)", 199))}",
            "root ::= (((((a{1000}){1000}){1000}){1000}){1000}){1000}\na ::= \"a\" | \"(\" a \")\"", "root ::= ((((([ab]{1000}){1000}){1000}){1000}){1000}){1000}", "root ::= (((((([ab]{0,1000}){0,1000}){0,1000})*)*){0,1000}){0,1000}", "root ::= ((a{0,1000}){0,1000}){0,1000}\na ::= \"a\" | \"(\" a \")\"",
            "root ::= [ab]* \"a\" [ab]{1000}", "root ::= ([ab]* \"a\" [ab]{20}){3}",
        ];
        foreach (var grammar in grammars)
        {
            ProcessorTime.AssertBelow(20, grammar[..Math.Min(grammar.Length, 60)], () =>
            {
                try
                {
                    var matcher = Matcher(grammar);
                    foreach (var value in "(ab(aabbaabbaaaa"u8)
                    {
                        matcher.ComputeMask(new ulong[Bytes.MaskWords]);
                        matcher.Accept([value]);
                    }
                }
                catch (GrammarException refused)
                {
                    Assert.DoesNotContain('\n', refused.Message);
                    Assert.True(refused.Message.Length < 300, refused.Message);
                }
            });
        }
    }

    [Fact]
    public void AlternativesByTheThousandAreOneState()
    {
        var words = Enumerable.Range(0, 20_000).Select(i => $"w{i * 7919 % 100_003}").ToArray();
        var matcher = Matcher($"root ::= {string.Join(" | ", words.Select(word => $"\"{word}\""))}");

        ProcessorTime.AssertBelow(20, "words", () => Assert.All(words.Take(200), word => Assert.True(IsWhole(matcher, Encoding.ASCII.GetBytes(word)))));
        Assert.False(IsWhole(matcher, "w"u8.ToArray()));
    }

    private static GrammarMatcher Matcher(string grammar) => Grammar.Make(Bytes, table => GbnfGrammar.Read(grammar, table)).NewMatcher();

    private static GrammarException Refused(string grammar) => Assert.Throws<GrammarException>(() => Matcher(grammar));

    private static bool IsBegin(GrammarMatcher matcher, byte[] text)
    {
        matcher.Restart();
        return matcher.Accept(text);
    }

    /// <summary>Byte by byte, so that what comes between the bytes of a character is tried too.</summary>
    private static bool IsWhole(GrammarMatcher matcher, byte[] text)
    {
        matcher.Restart();
        return text.All(value => matcher.Accept([value])) && matcher.CanEnd;
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            // The reader of .NET looks at the bytes of a string only when asked for it.
            new UTF8Encoding(false, true).GetCharCount(text);
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
            return true;
        }
        catch (Exception error) when (error is JsonException or DecoderFallbackException)
        {
            return false;
        }
    }
}
