using System.Text;
using Temoto.Grammars;
using Temoto.Grammars.Gbnf;
using Temoto.Grammars.Languages;
using Temoto.Grammars.Masks;

namespace Temoto.Tests.Grammars;

public class GrammarMatcherTests
{
    public static readonly TheoryData<string> Grammars = new(
        "root ::= \"a\"",
        "root ::= [a-c]* \"x\"?",
        "root ::= \"(\" root \")\" | \"\"",
        "root ::= (\"(\" root \")\" | [0-9]+)*",
        "root ::= a b a\na ::= \"a\" | \"(\" a \")\" | \"\"\nb ::= \"b\"? | \"ab\" b",
        "root ::= .* t\nt ::= \"a\" | \"(\" t \")\"",
        "root ::= (a{1,3} | \"b\"){2,4}\na ::= \"a\" | \"(\" a \")\" | \"\"",
        "root ::= \"{\\\"\" [^\"]* \"\\\":\" (root | [0-9]{1,3} | \"null\") \"}\"",
        "root ::= ([ab]+ [cd]+){0,12} [ab]+",
        "root ::= \"x\" [a-c]{2,15} (\"d\" [a-c]{0,40})? \"e\"",
        "root ::= ((a \" \"){0,9} [a-c]{9,11} \"d\"){0,20}\na ::= [a-c]+ | \"(\" a \")\"",
        "root ::= e (\"+\" e)*\ne ::= [0-9]+ | \"(\" root \")\" | [a-zé€😀] e?");

    /// <summary>What a source before it has spent is not missing to another.</summary>
    [Fact]
    public void AnAnswerBeginsWithEffortOfItsOwn()
    {
        var grammar = Grammar.FromJsonSchema(ByteVocabulary.New(), """{"enum": ["a", "b", 1, 2]}""", followedBy: "!");
        grammar.Lexicon.Table.AllowEffort(0);

        var matcher = grammar.NewMatcher();

        Assert.True(matcher.Accept(" \"a\"!"u8) && matcher.IsOver);
    }

    [Theory]
    [MemberData(nameof(Grammars))]
    public void AMaskOfAWrittenGrammarIsWhatMayBeTaken(string grammar)
    {
        for (var seed = 0; seed < Thoroughness.Cases(6); seed++)
            CheckWalk(new Random(seed), table => GbnfGrammar.Read(grammar, table), 15);
    }

    /// <summary>Where a text may go on at any letter, a bound decides at which it has to: also within long tokens of letters that would all be taken without it.</summary>
    [Theory]
    [InlineData("root ::= [a-c]{0,12} t \"e\"\nt ::= \"a\" | \"b\" t | \"(\" t \")\"")]
    [InlineData("root ::= \"(\" root \")\" | [a-c]{0,14} t\nt ::= [bc] | [a-d] t \"e\"")]
    [InlineData("root ::= t [a-b]{2,30} t\nt ::= [a-c]* | \"(\" t \")\"")]
    public void BoundsWithinLongTokensAreKept(string grammar)
    {
        var random = new Random(3);
        var letters = Enumerable.Range(0, 600).Select(_ => Encoding.ASCII.GetBytes(new string(random.GetItems("aaabbbcd(e".AsSpan(0, random.Next(4) == 0 ? 10 : 7), random.Next(1, 22)))));
        byte[]?[] tokens = [null, .. letters, null];
        var form = Grammar.Make(RandomVocabulary.Make(tokens), table => GbnfGrammar.Read(grammar, table));
        var (matcher, probe) = (form.NewMatcher(), form.NewMatcher());
        var text = "";
        for (var step = 0; step < 16; step++)
        {
            var allowed = Allowed(matcher, tokens.Length).ToHashSet();
            for (var id = 1; id < tokens.Length - 1; id++)
            {
                probe.Restart();
                Assert.True(text.Length == 0 || probe.Accept(Encoding.ASCII.GetBytes(text)));
                Assert.Equal((text, Encoding.ASCII.GetString(tokens[id]!), probe.Accept(tokens[id])), (text, Encoding.ASCII.GetString(tokens[id]!), allowed.Contains(id)));
            }
            text += step % 3 == 0 ? "b" : "a";
            if (!matcher.Accept(Encoding.ASCII.GetBytes(text[^1..])))
                break;
        }
        Assert.True(text.Length > 5);
    }

    [Fact]
    public void AMaskOfRandomNodesIsWhatMayBeTaken()
    {
        var (walks, tooAmbiguous) = (Thoroughness.Cases(200), 0);
        for (var seed = 0; seed < walks; seed++)
        {
            var random = new Random(seed);
            tooAmbiguous += IsTooAmbiguous(() => CheckWalk(random, table => RandomNodes.Make(random, table), 6)) ? 1 : 0;
        }
        Assert.InRange(tooAmbiguous, 0, walks / 20);
    }

    [Fact]
    public void StatesThatGrammarsShareAreRightInEach()
    {
        for (var seed = 0; seed < Thoroughness.Cases(10); seed++)
        {
            var random = new Random(seed);
            var tokens = RandomVocabulary.Tokens(random, 120);
            var vocabulary = RandomVocabulary.Make(tokens);
            for (var grammars = 0; grammars < 8; grammars++)
                IsTooAmbiguous(() => CheckWalk(random, Grammar.Make(vocabulary, table => RandomNodes.Make(random, table)), tokens, 5));
        }
    }

    [Fact]
    public void MembersWithNamesThatDifferLateAreToldApart()
    {
        // As objects of a schema are: names that are known, and any other.
        static GrammarNode Members(LanguageTable table)
        {
            var (number, text) = (new TestNode(new GrammarWay(table.Repeat(table.Points(PointSet.Of(('0', '9'))), 1, 3), [])), new TestNode());
            text.Add(new GrammarWay(table.Sequence(table.Text("\""), table.Spelled(table.Repeat(table.Points(PointSet.All), 0, 3), TextSpelling.JsonAny)), []));
            var known = table.Union(table.Text("name"), table.Text("names"));
            var (object_, rest) = (new TestNode(), new TestNode());
            rest.Add(new GrammarWay(table.Text("}"), []));
            foreach (var (before, node) in new[] { ("{", object_), (",", rest) })
            {
                node.Add(new GrammarWay(table.Text(before + "\"name\":"), [number, rest]));
                node.Add(new GrammarWay(table.Text(before + "\"names\":"), [text, rest]));
                node.Add(new GrammarWay(table.Sequence(table.Text(before + "\""), table.Spelled(table.Complement(known), TextSpelling.JsonNeeded), table.Text(":")), [object_, rest]));
            }
            object_.Add(new GrammarWay(table.Text("{}"), []));
            return object_;
        }

        for (var seed = 0; seed < Thoroughness.Cases(20); seed++)
            CheckWalk(new Random(seed), Members, 12);
    }

    [Fact]
    public void ATokenThatMayNotComeChangesNothing()
    {
        var matcher = Grammar.Make(Vocabulary("a", "ab", "b", "ac", ""), table => GbnfGrammar.Read("root ::= \"ab\"", table)).NewMatcher();

        Assert.False(matcher.Accept(2));
        Assert.False(matcher.Accept(3));
        Assert.False(matcher.Accept(4));
        Assert.False(matcher.Accept(5));
        Assert.Equal([0, 1], Allowed(matcher, 6));
        Assert.True(matcher.Accept(0));
        Assert.False(matcher.CanEnd);
        Assert.False(matcher.Accept(0));
        Assert.Equal([2], Allowed(matcher, 6));
        Assert.True(matcher.Accept(2));
        Assert.True(matcher.IsOver);
        Assert.False(matcher.Accept(0));
        Assert.True(matcher.IsOver);
        Assert.Equal([5], Allowed(matcher, 6));
        Assert.True(matcher.Accept(5));
        matcher.Restart();
        Assert.Equal([0, 1], Allowed(matcher, 6));
    }

    [Fact]
    public void NodesThatMayBeEmptyCanLieUponEachOtherAsDeepAsTheTextIsLong()
    {
        var grammar = Grammar.Make(Vocabulary("(", ")"), table => GbnfGrammar.Read("root ::= \"(\" root? \")\"", table));
        var matcher = grammar.NewMatcher();

        Assert.True(matcher.Accept(Encoding.ASCII.GetBytes(new string('(', 100_000))));
        Assert.True(matcher.Accept(Encoding.ASCII.GetBytes(new string(')', 99_999))));
        Assert.False(matcher.CanEnd);
        Assert.True(matcher.Accept(")"u8));
        Assert.True(matcher.IsOver);
    }

    [Fact]
    public void ATextWithTooManyReadingsIsRefusedAndNotFollowedForEver()
    {
        // Each parenthesis may stay open: so many closing ones may still come.
        var matcher = Grammar.Make(Vocabulary("(", ")"), table => GbnfGrammar.Read("root ::= \"(\" root? \")\"?", table)).NewMatcher();
        var refused = Assert.Throws<GrammarException>(() => matcher.Accept(Encoding.ASCII.GetBytes(new string('(', 100_000))));

        Assert.Contains("thousands of ways", refused.Message, StringComparison.Ordinal);
        matcher.Restart();
        Assert.True(matcher.Accept("(()"u8));
    }

    /// <summary>Some random nodes can be read in twice as many ways behind each letter.</summary>
    private static bool IsTooAmbiguous(Action walk)
    {
        try
        {
            walk();
            return false;
        }
        catch (GrammarException refused)
        {
            Assert.Contains("thousands of ways", refused.Message, StringComparison.Ordinal);
            return true;
        }
    }

    private static TokenVocabulary Vocabulary(params string[] tokens) => new([.. tokens.Select(Encoding.UTF8.GetBytes), null], [tokens.Length]);

    private static IEnumerable<int> Allowed(GrammarMatcher matcher, int count)
    {
        var mask = new ulong[(count + 63) / 64];
        Array.Fill(mask, ulong.MaxValue);
        matcher.ComputeMask(mask);
        return [.. Enumerable.Range(0, 64 * mask.Length).Where(id => (mask[id >> 6] >> id & 1) != 0)];
    }

    private static void CheckWalk(Random random, Func<LanguageTable, GrammarNode> make, int steps)
    {
        var tokens = RandomVocabulary.Tokens(random, random.Next(4) == 0 ? 64 : 130);
        CheckWalk(random, Grammar.Make(RandomVocabulary.Make(tokens), make), tokens, steps);
    }

    /// <summary>At each step of a random walk, tries every token and every byte on a matcher that has taken the same bytes one by one.</summary>
    private static void CheckWalk(Random random, Grammar grammar, byte[]?[] tokens, int steps)
    {
        var (matcher, probe) = (grammar.NewMatcher(), grammar.NewMatcher());
        var taken = new List<byte>();
        for (var step = 0; step < steps; step++)
        {
            bool May(ReadOnlySpan<byte> bytes)
            {
                probe.Restart();
                foreach (var value in taken)
                    Assert.True(probe.Accept([value]));
                Assert.Equal(matcher.CanEnd, probe.CanEnd);
                return probe.Accept(bytes);
            }

            bool IsEnd(int id) => id == 0 || id == tokens.Length - 1;
            var expected = Enumerable.Range(0, tokens.Length).Where(id => IsEnd(id) ? matcher.CanEnd : tokens[id] is { Length: > 0 } token && May(token)).ToArray();
            Assert.Equal(expected, Allowed(matcher, tokens.Length));
            var mayGoOn = Enumerable.Range(0, 256).Any(value => May([(byte)value]));
            Assert.Equal(matcher.CanEnd && !mayGoOn, matcher.IsOver);
            Assert.True(matcher.CanEnd || mayGoOn);

            var forbidden = Enumerable.Range(0, tokens.Length).Except(expected).ToArray();
            Assert.False(forbidden.Length > 0 && matcher.Accept(forbidden[random.Next(forbidden.Length)]));
            Assert.Equal(expected, Allowed(matcher, tokens.Length));

            // A byte where no token goes on, or now and then, so that walks begin within tokens too.
            var next = expected.Where(id => !IsEnd(id)).ToArray();
            var bytes = next.Length > 0 && random.Next(4) > 0 ? tokens[next[random.Next(next.Length)]]! : [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => May([value])).OrderBy(_ => random.Next()).Take(1)];
            if (bytes.Length == 0)
                return;
            Assert.True(matcher.Accept(bytes));
            taken.AddRange(bytes);
        }
    }
}
