using System.Text;
using Temoto.Grammars;
using Temoto.Grammars.Gbnf;

namespace Temoto.Tests.Grammars.Gbnf;

public class ChoiceGrammarTests
{
    [Fact]
    public void OnlyBeginningsOfChoicesAreTakenAndOnlyWholeOnesEnd()
    {
        for (var seed = 0; seed < Thoroughness.Cases(60); seed++)
        {
            var random = new Random(seed);
            string Text() => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => new[] { "a", "b", "é", "€", "😀" }[random.Next(5)]));
            var choices = Enumerable.Range(0, random.Next(1, 30)).Select(_ => Text()).ToArray();
            var matcher = Matcher(choices);
            foreach (var text in choices.Concat(Enumerable.Range(0, 60).Select(_ => Text())))
            {
                matcher.Restart();
                Assert.Equal(choices.Any(choice => choice.StartsWith(text, StringComparison.Ordinal)), matcher.Accept(Encoding.UTF8.GetBytes(text)));
                Assert.Equal(choices.Contains(text), Is(matcher, text));
                if (choices.Contains(text))
                    Assert.Equal(!choices.Any(choice => choice.Length > text.Length && choice.StartsWith(text, StringComparison.Ordinal)), matcher.IsOver);
            }
        }
    }

    [Fact]
    public void LongChoicesAndManyTakeMemoryAsTheirTextDoes()
    {
        // Each begins with all before it, and the last is followed through all nodes.
        var choices = Enumerable.Range(1, 2_000).Select(length => new string('a', length)).Append(new string('b', 1_000_000) + "c").Append(new string('b', 1_000_000)).ToArray();
        var matcher = Matcher(choices);

        Assert.True(Is(matcher, choices[1_999]));
        Assert.True(matcher.IsOver);
        Assert.False(Is(matcher, choices[1_999] + "a"));
        matcher.Restart();
        Assert.True(matcher.Accept(Encoding.ASCII.GetBytes(new string('b', 3_000))));
        Assert.False(matcher.CanEnd);
    }

    [Fact]
    public void ChoicesThatCannotBeAreRefused()
    {
        Assert.Equal("no choices", Refused().Found);
        Assert.Equal("half a surrogate pair in \"x\ud83d\"", Refused("a", "x\ud83d").Found);
        Assert.Equal("null", Refused("a", null!).Found);
    }

    private static GrammarException Refused(params string[] choices) => Assert.Throws<GrammarException>(() => Matcher(choices));

    private static GrammarMatcher Matcher(params string[] choices) => Grammar.Make(new TokenVocabulary([], []), table => ChoiceGrammar.Read(choices, table)).NewMatcher();

    private static bool Is(GrammarMatcher matcher, string text)
    {
        matcher.Restart();
        return matcher.Accept(Encoding.UTF8.GetBytes(text)) && matcher.CanEnd;
    }
}
