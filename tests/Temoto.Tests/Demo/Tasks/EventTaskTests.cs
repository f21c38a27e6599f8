using Temoto.Demo.Corpus;
using Temoto.Demo.Corpus.Tasks;

namespace Temoto.Tests.Demo.Tasks;

public sealed class EventTaskTests
{
    /// <summary>A machine may have stopped for what its own line says or for the alarm that stands before it: both stand in the log.</summary>
    [Theory]
    [InlineData(Language.En, ": ")]
    [InlineData(Language.Ja, "原因: ")]
    internal void TheReasonOfAStopStandsInTheLog(Language language, string sign)
    {
        var random = new SeededRandom(14) { Wide = true };
        var asked = 0;
        foreach (var exchange in Enumerable.Range(0, 4000).Select(_ => EventTask.Make(random, language, Split.Training)).Where(exchange => exchange.Form == "event-why"))
        {
            var at = exchange.Answer.IndexOf(sign, StringComparison.Ordinal);
            Assert.True(at > 0, exchange.Answer);
            var reason = exchange.Answer[(at + sign.Length)..^1];
            Assert.Contains(Texts.Narrow(reason), Texts.Narrow(exchange.Prompt), StringComparison.OrdinalIgnoreCase);
            asked++;
        }
        Assert.InRange(asked, 100, 4000);
    }

    [Fact]
    public void HeldOutLogsHaveNoReasons()
    {
        var random = new SeededRandom(14);
        Assert.DoesNotContain(Enumerable.Range(0, 2000).Select(_ => EventTask.Make(random, Language.En, Split.HeldOut)), exchange => exchange.Form == "event-why");
    }
}
