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
        foreach (var exchange in Draw(Split.Training, "count-state", "which-state").Where(exchange => exchange.Language == Language.En))
        {
            var parts = Conclusion().Match(exchange.Answer);
            Assert.True(parts.Success, exchange.Answer);
            var (list, state, conclusion) = (parts.Groups[1].Value, parts.Groups[3].Value, parts.Groups[2].Value);
            var found = list.Split("; ").Count(item => item.EndsWith(" " + state, StringComparison.OrdinalIgnoreCase));
            Assert.StartsWith($"{state}: {found} of {list.Split("; ").Length}", conclusion, StringComparison.Ordinal);
            counted++;
        }
        Assert.InRange(counted, 100, 4000);
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

    [GeneratedRegex(@"^(.*)\. (([A-Z][a-z ]+): \d+ of .*)$")]
    private static partial Regex Conclusion();

    /// <summary>A value with its unit and, in brackets, its machine or time; machines may have brackets of their own.</summary>
    [GeneratedRegex(@"(-?\d+(?:\.\d+)?)(?: [^ ();、]+)? \((?:[^()]|\([^()]*\))+\)")]
    private static partial Regex Item();
}
