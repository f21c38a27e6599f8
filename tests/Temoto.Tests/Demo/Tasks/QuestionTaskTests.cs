using System.Globalization;
using System.Text.RegularExpressions;
using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tasks;

namespace Temoto.Tests.Demo.Tasks;

public sealed partial class QuestionTaskTests
{
    [Theory]
    [InlineData(Split.Training)]
    [InlineData(Split.HeldOut)]
    internal void TheConclusionIsTheMostOfTheList(Split split)
    {
        var compared = 0;
        foreach (var exchange in Draw(split, "highest", "lowest", "when-highest", "when-lowest"))
        {
            var items = Item().Matches(exchange.Answer).Select(match => (Value: double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), Text: match.Value)).ToArray();
            var list = items[..^1];
            Assert.Equal(exchange.Form.EndsWith("highest", StringComparison.Ordinal) ? list.Max(item => item.Value) : list.Min(item => item.Value), items[^1].Value);
            Assert.Contains(list, item => item.Text == items[^1].Text);
            compared++;
        }
        Assert.InRange(compared, 300, 4000);
    }

    [Fact]
    public void CountsAreThoseOfTheList()
    {
        var counted = 0;
        foreach (var exchange in Draw(Split.Training, "count-state").Where(exchange => exchange.Language == Language.En))
        {
            var parts = Conclusion().Match(exchange.Answer);
            Assert.True(parts.Success, exchange.Answer);
            var (items, state, conclusion) = (parts.Groups[1].Value.Split("; "), parts.Groups[3].Value, parts.Groups[2].Value);
            var found = items.Where(item => Number().Replace(item, "").EndsWith(" " + state, StringComparison.OrdinalIgnoreCase)).ToArray();
            Assert.Equal(Enumerable.Range(1, found.Length).Select(number => $"({number})"), found.Select(item => Number().Match(item).Value.Trim()));
            Assert.Equal($"{state}: {found.Length} of {items.Length}", conclusion);
            counted++;
        }
        Assert.InRange(counted, 50, 4000);
    }

    [Fact]
    public void MachinesInAStateAreThoseThatACountFinds()
    {
        var compared = 0;
        var random = new SeededRandom(12) { Wide = true };
        for (var log = 0; log < 3000; log++)
        {
            var answers = QuestionTask.MakeSeveral(random, Language.Ja, Split.Training, 5);
            var count = answers.FirstOrDefault(exchange => exchange.Form == "count-state")?.Answer;
            var which = answers.FirstOrDefault(exchange => exchange.Form == "which-state")?.Answer;
            if (count is null || which is null)
                continue;
            var (state, names) = (which[..which.IndexOf(':')], which[(which.IndexOf(':') + 2)..^1]);
            var items = count[..count.IndexOf('。')].Split('、').Select(item => Number().Replace(item, "")).Where(item => item.EndsWith(" " + state, StringComparison.Ordinal)).Select(item => item[..^(state.Length + 1)]).ToArray();
            Assert.Equal(items.Length == 0 ? "なし" : string.Join("、", items), names);
            compared++;
        }
        Assert.InRange(compared, 100, 3000);
    }

    [Theory]
    [InlineData(Split.Training)]
    [InlineData(Split.HeldOut)]
    internal void ValuesBeyondAThresholdAreThoseOfTheList(Split split)
    {
        var compared = 0;
        foreach (var exchange in Draw(split, "above", "below").Where(exchange => exchange.Language == Language.En))
        {
            var parts = Threshold().Match(exchange.Answer);
            Assert.True(parts.Success, exchange.Answer);
            var limit = double.Parse(parts.Groups[2].Value, CultureInfo.InvariantCulture);
            var items = parts.Groups[1].Value.Split("; ");
            var beyond = items.Where(item => exchange.Form == "above" ? Value(item) > limit : Value(item) < limit).ToArray();
            var named = items.Where(item => Item().IsMatch(item)).ToArray();
            Assert.Equal(beyond, named);
            Assert.Equal(named.Length == 0 ? "none" : string.Join(", ", named.Select(item => item[(item.IndexOf(" (", StringComparison.Ordinal) + 2)..^1])), parts.Groups[3].Value);
            compared++;
        }
        Assert.InRange(compared, 50, 4000);
    }

    [Fact]
    public void WhatIsWrongIsToldInTheWordsOfTheLog()
    {
        var random = new SeededRandom(13) { Wide = true };
        var told = 0;
        foreach (var exchange in Enumerable.Range(0, 4000).Select(_ => QuestionTask.Make(random, Language.En, Split.Training)).Where(exchange => exchange.Form == "abnormal"))
        {
            foreach (Match match in Trouble().Matches(exchange.Answer))
            {
                if (match.Groups[2].Value.Contains(" is ", StringComparison.Ordinal) || match.Groups[2].Value.StartsWith("in ", StringComparison.Ordinal) || match.Groups[2].Value == "offline")
                    continue;
                Assert.Contains(match.Groups[2].Value, Texts.Narrow(exchange.Prompt), StringComparison.OrdinalIgnoreCase);
                told++;
            }
        }
        Assert.InRange(told, 20, 4000);
    }

    [Fact]
    public void AbsentMachinesAreNotInTheLog()
    {
        // A sentence may begin with the name, and then with a capital.
        foreach (var exchange in Draw(Split.Training, "absent"))
        {
            var name = exchange.Language == Language.En ? exchange.Answer.Replace(" is not in the log.", "", StringComparison.Ordinal) : exchange.Answer.Replace("はログにありません。", "", StringComparison.Ordinal).TrimEnd();
            Assert.Single(Regex.Matches(Texts.Narrow(exchange.Prompt), "(?<![0-9A-Za-z])" + Regex.Escape(name) + "(?![0-9A-Za-z])", RegexOptions.IgnoreCase));
        }
    }

    private static IEnumerable<Exchange> Draw(Split split, params string[] forms)
    {
        var random = new SeededRandom(11);
        return Enumerable.Range(0, 4000).Select(index => QuestionTask.Make(random, index % 2 == 0 ? Language.En : Language.Ja, split)).Where(exchange => forms.Contains(exchange.Form));
    }

    private static double Value(string item) => double.Parse(item.Split(' ')[0], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(.*)\. (([A-Z][a-z ]+): \d+ of \d+)\.$")]
    private static partial Regex Conclusion();

    [GeneratedRegex(@" \(\d+\)$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^(.*)\. (?:Above|Below) (-?[\d.]+): (.*)\.$")]
    private static partial Regex Threshold();

    /// <summary>Abnormal: P-7 (oil pump pressure low); ..</summary>
    [GeneratedRegex(@"(?:Abnormal: |; )([^;()]+) \(([^;()]+)\)")]
    private static partial Regex Trouble();

    /// <summary>A value with its unit and, in brackets, its machine or time; machines may have brackets of their own.</summary>
    [GeneratedRegex(@"(-?\d+(?:\.\d+)?)(?: [^ ();、]+)? \((?:[^()]|\([^()]*\))+\)")]
    private static partial Regex Item();
}
