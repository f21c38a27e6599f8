using Temoto.Demo.Corpus;

namespace Temoto.Tests.Demo;

public sealed class ConversationTests
{
    [Fact]
    public void The_same_seed_writes_the_same_conversations()
    {
        Assert.Equal(Write(7), Write(7));
        Assert.NotEqual(Write(7), Write(8));
    }

    [Fact]
    public void Every_kind_in_every_language_occurs()
    {
        var random = new SeededRandom(1);
        var seen = Enumerable.Range(0, 500).SelectMany(_ => Conversation.Make(random, Split.Training).Exchanges).Select(exchange => (exchange.Kind, exchange.Language)).ToHashSet();
        Assert.Equal(Enum.GetValues<Kind>().Length * Enum.GetValues<Language>().Length, seen.Count);
    }

    [Fact]
    public void Questions_about_one_log_stand_behind_it()
    {
        var random = new SeededRandom(4) { Wide = true };
        var sets = Enumerable.Range(0, 400).Select(_ => Conversation.MakeForTraining(random)).Where(set => set.Length > 1).ToArray();
        Assert.InRange(sets.Length, 40, 120);
        foreach (var set in sets)
        {
            var prompts = set.Select(conversation => Assert.Single(conversation.Exchanges).Prompt).ToArray();
            Assert.Single(prompts.Select(prompt => prompt[..prompt.LastIndexOf('\n')]).Distinct());
            Assert.InRange(set.Length, 3, 5);
        }
    }

    [Fact]
    public void ChatMl_closes_every_message()
    {
        var exchange = new Exchange(Kind.Talk, Language.En, "hello", "Hi", "Hello!");
        var text = new Conversation("Be brief.", [exchange]).ToChatMl();
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n", text);
    }

    private static string Write(ulong seed)
    {
        var random = new SeededRandom(seed);
        return string.Concat(Enumerable.Range(0, 50).Select(_ => Conversation.Make(random, Split.Training).ToChatMl()));
    }
}
