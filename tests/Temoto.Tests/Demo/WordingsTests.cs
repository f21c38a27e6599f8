using System.Collections;
using System.Reflection;
using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tasks;

namespace Temoto.Tests.Demo;

public sealed class WordingsTests
{
    [Fact]
    public void PatternsStandForTheirParts()
    {
        var random = new SeededRandom(1);
        var seen = Enumerable.Range(0, 200).Select(_ => Wordings.Expand(random, "a[b|c[d|]|]e")).ToHashSet();
        Assert.Equal(["abe", "acde", "ace", "ae"], seen.Order());
    }

    [Fact]
    public void NoSentenceIsInBothHalves()
    {
        var all = new[] { typeof(SummaryTask), typeof(AlarmTask), typeof(QuestionWordings), typeof(TalkTask), typeof(OutsideTask) }
            .SelectMany(task => task.GetFields(BindingFlags.Static | BindingFlags.NonPublic)).SelectMany(field => Find(field.GetValue(null))).ToArray();
        Assert.InRange(all.Length, 80, 200);
        var random = new SeededRandom(2);
        foreach (var wordings in all)
            Assert.Empty(Sentences(random, wordings, Split.HeldOut).Intersect(Sentences(random, wordings, Split.Training)));
    }

    private static HashSet<string> Sentences(SeededRandom random, Wordings wordings, Split split) =>
        [.. Enumerable.Range(0, 500).Select(_ => wordings.Pick(random, split).Trim('.', '?', '!', ':', '。', ' ').ToLowerInvariant())];

    private static IEnumerable<Wordings> Find(object? value) => value switch
    {
        Wordings wordings => [wordings],
        string or null => [],
        IDictionary dictionary => dictionary.Values.Cast<object>().SelectMany(Find),
        Array array => array.Cast<object>().SelectMany(Find),
        _ => value.GetType().GetProperties().Where(property => property.PropertyType == typeof(Wordings)).Select(property => (Wordings)property.GetValue(value)!),
    };
}
