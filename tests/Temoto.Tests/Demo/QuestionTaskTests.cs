using System.Globalization;
using System.Text.RegularExpressions;
using Temoto.Demo.Corpus;

namespace Temoto.Tests.Demo;

public sealed partial class QuestionTaskTests
{
    [Theory]
    [InlineData(Split.Training)]
    [InlineData(Split.HeldOut)]
    internal void Answers_follow_from_the_log(Split split)
    {
        var random = new SeededRandom(11);
        var compared = 0;
        for (var index = 0; index < 2000; index++)
        {
            var exchange = QuestionTask.Make(random, random.Chance(50) ? Language.En : Language.Ja, split);
            if (exchange.Form is not ("highest" or "lowest"))
                continue;
            // The conclusion's reading must be the log's largest or smallest, and its machine the one of that line.
            var readings = Reading().Matches(exchange.Prompt).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
            var expected = exchange.Form == "highest" ? readings.Max() : readings.Min();
            var conclusion = Reading().Matches(exchange.Answer)[^1];
            Assert.Equal(expected, double.Parse(conclusion.Value, CultureInfo.InvariantCulture));
            var name = Name().Match(exchange.Answer, conclusion.Index).Value;
            Assert.Contains(exchange.Prompt.Split('\n'), line => line.Contains(conclusion.Value) && line.Contains(name));
            compared++;
        }
        Assert.InRange(compared, 500, 2000);
    }

    [GeneratedRegex(@"\d+\.\d")]
    private static partial Regex Reading();

    [GeneratedRegex(@"[A-Z][A-Z]?-?[0-9][0-9A-Z-]*")]
    private static partial Regex Name();
}
