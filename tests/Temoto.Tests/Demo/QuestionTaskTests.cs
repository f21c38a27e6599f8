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
            // The log's lines are those with a reading; the reading that the answer gives must be the largest or the smallest.
            var readings = Reading().Matches(exchange.Prompt).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)).ToArray();
            var expected = exchange.Form == "highest" ? readings.Max() : readings.Min();
            Assert.Equal(expected, double.Parse(Reading().Match(exchange.Answer).Value, CultureInfo.InvariantCulture));
            compared++;
        }
        Assert.InRange(compared, 500, 2000);
    }

    [GeneratedRegex(@"\d+\.\d")]
    private static partial Regex Reading();
}
