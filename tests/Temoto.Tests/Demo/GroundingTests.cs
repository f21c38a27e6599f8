using Temoto.Demo.Corpus;

namespace Temoto.Tests.Demo;

public sealed class GroundingTests
{
    [Theory]
    [InlineData("pump P-17 72.5 C", "Pump P-17 is running: 72.5 °C.", "")]
    [InlineData("pump P-17 172.5 C", "Pump P-17 is running: 72.5 °C.", "72.5")]
    [InlineData("pump P-17 72.5 C", "Pump P-17 is running: 72 °C.", "72")]
    [InlineData("pump P-17 72.5 C", "Pump P-7 is running: 72.5 °C.", "P-7")]
    [InlineData("a\nb\nc", "3 machines.", "")]
    [InlineData("a\nb\nc", "4 machines.", "4")]
    [InlineData("ポンプ ７２.５", "72.5 です", "")]
    [InlineData("press alarm", "{\"machine\": \"press\", \"cause\": \"alarm\"}", "")]
    [InlineData("press alarm", "{\"machine\": \"mixer\", \"cause\": \"alarm\"}", "mixer")]
    public void WhatThePromptDoesNotHaveIsFound(string prompt, string answer, string invented) =>
        Assert.Equal(invented, string.Join(' ', Grounding.Invented(prompt, answer)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGeneratorInventsNothing(bool wide)
    {
        var random = new SeededRandom(3) { Wide = wide };
        var conversations = Enumerable.Range(0, wide ? 3000 : 4000).SelectMany(_ => wide ? Conversation.MakeForTraining(random) : [Conversation.Make(random, Split.Training)]);
        var rows = conversations.SelectMany(conversation => conversation.Exchanges).Where(exchange => exchange.Kind is Kind.Summary or Kind.Alarm or Kind.Question).ToArray();
        Assert.InRange(rows.Length, 3000, 8000);
        // A component's place is translated with its code, and a stop's minutes belong to its hint: all of it stands in the prompt.
        Assert.All(rows, row => Assert.Empty(Grounding.Invented(row.Prompt, row.Answer)));
    }
}
