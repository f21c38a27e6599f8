using System.Text;
using System.Text.RegularExpressions;
using Temoto.Grammars;
using Temoto.Grammars.Languages;

namespace Temoto.Tests.Grammars.Languages;

/// <summary>Languages against sets of texts that are put together without derivatives, and against .NET's expressions.</summary>
public class LanguageTableTests
{
    private const string Alphabet = "abc";
    private const int MostShort = 5;

    private static readonly string[] ShortTexts = [.. AllTexts()];

    private readonly LanguageTable table = new();

    [Fact]
    public void EveryLawHoldsOfAllShortTexts()
    {
        var random = new Random(1);
        for (var i = 0; i < Thoroughness.Cases(150); i++)
        {
            var (language, texts) = Made(random, 4);
            foreach (var text in ShortTexts)
                Assert.True(texts.Contains(text) == table.Holds(language, text), $"case {i}, text '{text}'");
        }
    }

    [Fact]
    public void ExpressionsHoldTheTextsThatTheyMatch()
    {
        var random = new Random(2);
        for (var i = 0; i < Thoroughness.Cases(300); i++)
        {
            var (language, pattern) = Expression(random, 4);
            // Groups that capture, since .NET joins loops of others, and then finds no empty text in (?:(?:(?:aa){1,3}|)){1,3}.
            var regex = new Regex($@"^({pattern})\z", RegexOptions.CultureInvariant);
            for (var j = 0; j < 30; j++)
            {
                var text = RandomText(random, 8);
                Assert.True(regex.IsMatch(text) == table.Holds(language, text), $"{pattern} on '{text}'");
            }
        }
    }

    /// <summary>What is made alike is one object, so that a text leads back to where it has been.</summary>
    [Fact]
    public void LanguagesThatAreMadeAlikeAreOne()
    {
        var (a, b) = (table.Text("a"), table.Text("b"));
        Assert.Same(table.Union(a, b), table.Union(b, a, b));
        Assert.Same(table.Intersection(a, b, a), table.Intersection(b, a));
        Assert.Same(table.Sequence(a, table.Sequence(b, a)), table.Sequence(table.Sequence(a, b), a));
        Assert.Same(a, table.Complement(table.Complement(a)));
        Assert.Same(table.Text("ab"), table.Sequence(a, b));
        Assert.Same(table.Anything, table.Complement(table.Nothing));
        Assert.Same(table.Nothing, table.Except(a, a));
        Language Letters(char first, char last, int least, int most) => table.Repeat(table.Points(PointSet.Of((first, last))), least, most);
        Assert.Same(Letters('c', 'f', 2, 5), table.Intersection(Letters('a', 'f', 2, Language.NoEnd), Letters('c', 'z', 0, 9), Letters('c', 'z', 1, 5)));
        Assert.Same(table.Nothing, table.Intersection(Letters('a', 'f', 0, 2), Letters('a', 'f', 3, 9)));
        Assert.Same(table.Empty, table.Intersection(Letters('a', 'c', 0, 2), Letters('d', 'f', 0, 2)));
        Assert.Same(table.Nothing, table.Intersection(Letters('a', 'c', 2, 2), Letters('d', 'f', 0, 2)));
        Assert.Same(table.Repeat(a, 0, Language.NoEnd), table.Repeat(a, 0, Language.NoEnd).After('a', table));
    }

    [Fact]
    public void ATextIsFoundWhereThereIsOneAndNowhereElse()
    {
        var random = new Random(3);
        var empty = 0;
        for (var i = 0; i < Thoroughness.Cases(400); i++)
        {
            var (language, texts) = Made(random, 4);
            var holds = table.HasText(language);
            Assert.Equal(table.CanFollow(language), holds);
            Assert.False(!holds && texts.Count > 0);
            empty += holds || language == table.Nothing ? 0 : 1;
        }
        Assert.True(empty > 5, $"only {empty} languages hold no text without being written so");
    }

    /// <summary>As many points of content as a language says can come, whichever, and something may follow; exact ones take no more.</summary>
    [Fact]
    public void SafePointsCanBeTaken()
    {
        var random = new Random(4);
        var safe = 0;
        for (var i = 0; i < Thoroughness.Cases(1500); i++)
        {
            var language = Wide(random, 4);
            var taken = Math.Min(language.SafePoints, 20);
            safe += taken > 0 && language.SafePoints < Language.NoEnd ? 1 : 0;
            var after = language;
            for (var j = 0; j < taken; j++)
                after = after.After(ContentPoint(random), table);
            Assert.True(taken == 0 || table.CanFollow(after), $"case {i}: nothing follows {taken} points");
            if (language.IsSafeExact && taken == language.SafePoints)
                Assert.False(table.CanFollow(after.After(ContentPoint(random), table)), $"case {i}: more than {taken} points follow");
        }
        Assert.True(safe > 50, $"only {safe} languages promise some points but not all");
    }

    [Fact]
    public void FiniteLanguagesEndAndCofiniteOnesHoldAllLongTexts()
    {
        // Texts have at most 3 points, are repeated at most 3 times at each of 4 depths, and come one behind the other twice at each.
        const int beyondAll = 3 * 6 * 6 * 6 * 6;
        var random = new Random(5);
        var (finite, cofinite) = (0, 0);
        for (var i = 0; i < Thoroughness.Cases(400); i++)
        {
            var language = i % 2 == 0 ? Wide(random, 4) : Made(random, 4).Language;
            if (language.IsCofinite)
            {
                cofinite++;
                Assert.True(table.Holds(language, RandomText(random, beyondAll, beyondAll)));
            }
            if (language.IsFinite)
            {
                finite++;
                for (var j = 0; j <= beyondAll && language != table.Nothing; j++)
                    language = AnyLivePoint(language, random) is { } point ? language.After(point, table) : table.Nothing;
                Assert.Same(table.Nothing, language);
            }
        }
        Assert.True(finite > 20 && cofinite > 20, $"{finite} finite and {cofinite} cofinite languages");
    }

    [Fact]
    public void AManifoldOfWhatMayBeEmptyIsFollowedWithoutNestedCalls()
    {
        const int many = 3000;
        var language = table.Empty;
        for (var i = 0; i < many; i++)
            language = table.Sequence(table.Optional(table.Points(PointSet.Of(('a', 'b')))), language);
        Assert.Equal(['\0', 'a', 'c'], language.Cuts().Select(cut => (char)cut));
        Assert.True(language.After('a', table).IsNullable);
        // Every suffix once, and no union of some of them.
        Assert.True(table.Count < (2 * many) + 100);
    }

    [Fact]
    public void MoreLanguagesThanThereIsRoomForAreRefused()
    {
        var small = new LanguageTable(mostLanguages: 100);
        Assert.Throws<GrammarException>(() => Enumerable.Range(0, 200).Select(i => small.Text($"{i}")).ToList());
    }

    private static List<string> AllTexts()
    {
        var texts = new List<string> { "" };
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i].Length < MostShort)
                texts.AddRange(Alphabet.Select(letter => texts[i] + letter));
        }
        return texts;
    }

    /// <summary>A language, and its texts of at most five letters.</summary>
    private (Language Language, HashSet<string> Texts) Made(Random random, int depth)
    {
        switch (depth == 0 ? random.Next(2) : random.Next(8))
        {
            case 0:
                var text = RandomText(random, 3);
                return (table.Text(text), [text]);
            case 1:
                var letter = random.Next(Alphabet.Length);
                return (table.Points(PointSet.Of(('a', 'a' + letter))), [.. Alphabet[..(letter + 1)].Select(one => one.ToString())]);
            case 2:
                var (former, latter) = (Made(random, depth - 1), Made(random, depth - 1));
                return (table.Union(former.Language, latter.Language), [.. former.Texts.Union(latter.Texts)]);
            case 3:
                var (left, right) = (Made(random, depth - 1), Made(random, depth - 1));
                return (table.Intersection(left.Language, right.Language), [.. left.Texts.Intersect(right.Texts)]);
            case 4:
                var inner = Made(random, depth - 1);
                return (table.Complement(inner.Language), [.. ShortTexts.Except(inner.Texts)]);
            case 5:
                var (whole, without) = (Made(random, depth - 1), Made(random, depth - 1));
                return (table.Except(whole.Language, without.Language), [.. whole.Texts.Except(without.Texts)]);
            case 6:
                var (first, rest) = (Made(random, depth - 1), Made(random, depth - 1));
                return (table.Sequence(first.Language, rest.Language), Joined(first.Texts, rest.Texts));
            default:
                var body = Made(random, depth - 1);
                var least = random.Next(4);
                var most = random.Next(2) == 0 ? Language.NoEnd : Math.Max(least, random.Next(4));
                return (table.Repeat(body.Language, least, most), Repeated(body.Texts, least, most));
        }
    }

    private static HashSet<string> Joined(HashSet<string> first, HashSet<string> rest) =>
        [.. first.SelectMany(before => rest.Where(after => before.Length + after.Length <= MostShort), (before, after) => before + after)];

    private static HashSet<string> Repeated(HashSet<string> body, int least, int most)
    {
        var all = new HashSet<string>();
        HashSet<string> times = [""];
        // Each time beyond the least adds a letter, or nothing new.
        for (var i = 0; i <= Math.Min(most, least + MostShort); i++)
        {
            if (i >= least)
                all.UnionWith(times);
            times = Joined(times, body);
        }
        return all;
    }

    /// <summary>A language with sets that take most of what there is.</summary>
    private Language Wide(Random random, int depth)
    {
        return (depth == 0 ? random.Next(4) : random.Next(12)) switch
        {
            0 => table.Points(PointSet.All),
            1 => table.Points(random.Next(2) == 0 ? PointSet.Content : PointSet.All.Except(PointSet.Of(('a', 'b')))),
            2 => table.Repeat(table.Points(PointSet.All), random.Next(3), random.Next(2) == 0 ? Language.NoEnd : random.Next(3, 6)),
            3 => table.Text(RandomText(random, 3)),
            4 or 5 => table.Union(Wide(random, depth - 1), Wide(random, depth - 1)),
            6 => table.Intersection(Wide(random, depth - 1), Wide(random, depth - 1)),
            7 or 8 => table.Complement(Wide(random, depth - 1)),
            9 => table.Repeat(Wide(random, depth - 1), random.Next(3), random.Next(2) == 0 ? Language.NoEnd : 3),
            10 => table.Anything,
            _ => table.Sequence(Wide(random, depth - 1), Wide(random, depth - 1)),
        };
    }

    private (Language Language, string Pattern) Expression(Random random, int depth)
    {
        switch (depth == 0 ? 0 : random.Next(4))
        {
            case 0:
                var text = RandomText(random, 2);
                return (table.Text(text), text);
            case 1:
                var (former, latter) = (Expression(random, depth - 1), Expression(random, depth - 1));
                return (table.Union(former.Language, latter.Language), $"({former.Pattern}|{latter.Pattern})");
            case 2:
                var (first, rest) = (Expression(random, depth - 1), Expression(random, depth - 1));
                return (table.Sequence(first.Language, rest.Language), $"{first.Pattern}{rest.Pattern}");
            default:
                var body = Expression(random, depth - 1);
                var least = random.Next(3);
                return (table.Repeat(body.Language, least, least + 2), $"({body.Pattern}){{{least},{least + 2}}}");
        }
    }

    private int? AnyLivePoint(Language language, Random random)
    {
        var live = language.Cuts().Where(cut => PointSet.All.Contains(cut) && language.After(cut, table) != table.Nothing).ToList();
        return live.Count == 0 ? null : live[random.Next(live.Count)];
    }

    private static string RandomText(Random random, int most, int least = 0)
    {
        var text = new StringBuilder();
        var length = random.Next(least, most + 1);
        while (text.Length < length)
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        return text.ToString();
    }

    private static int ContentPoint(Random random)
    {
        while (true)
        {
            var point = random.Next(3) == 0 ? random.Next('a', 'd') : random.Next(PointSet.LastPoint + 1);
            if (PointSet.Content.Contains(point))
                return point;
        }
    }
}
