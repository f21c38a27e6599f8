using Temoto.Generation;

namespace Temoto.Tests.Generation;

public class ConversationWindowTests
{
    private static ChatMessage System(string text) => new("system", text);

    private static ChatMessage User(string text) => new("user", text);

    private static ChatMessage Assistant(string text) => new("assistant", text);

    /// <summary>A token per character and two around each message, as templates have.</summary>
    private static int[] Encode(IReadOnlyList<ChatMessage> messages) => new int[messages.Sum(message => message.Content.Length + 2)];

    /// <summary>Turns of 24 tokens each, then a message of 12.</summary>
    private static List<ChatMessage> Turns(int count, params ChatMessage[] before)
    {
        var messages = before.ToList();
        for (var i = 0; i < count; i++)
            messages.AddRange([User($"{i:0000000000}"), Assistant($"{i:aaaaaaaaaa}")]);
        messages.Add(User("the last.."));
        return messages;
    }

    [Fact]
    public void EverythingStaysWhilePromptAndRoomFit()
    {
        var messages = Turns(3);
        var window = ConversationWindow.Fit(messages, Encode, 100, 16);
        Assert.Equal(0, window.DroppedTurns);
        Assert.Equal(messages, window.Messages);
        Assert.Equal(84, window.Prompt.Length);
        Assert.NotEqual(0, ConversationWindow.Fit(messages, Encode, 100, 17).DroppedTurns);
    }

    [Fact]
    public void TheOldestTurnsGoUntilHalfOfTheContextIsFree()
    {
        var messages = Turns(4, System("brief"));
        var window = ConversationWindow.Fit(messages, Encode, 100, 25);
        // 7 of the system message and 12 of the last leave 31 of the half: one turn of 24.
        Assert.Equal(3, window.DroppedTurns);
        Assert.Equal([messages[0], messages[7], messages[8], messages[9]], window.Messages);
        Assert.Equal(43, window.Prompt.Length);
    }

    [Fact]
    public void AfterDroppingSeveralMessagesFitBeforeTheNextDrop()
    {
        var messages = new List<ChatMessage>();
        var drops = 0;
        for (var i = 0; i < 60; i++)
        {
            messages.Add(User("a question"));
            var window = ConversationWindow.Fit(messages, Encode, 480, 120);
            drops += window.DroppedTurns > 0 ? 1 : 0;
            messages = [.. window.Messages, Assistant("the answer")];
        }
        // A turn takes 24 tokens: 15 fit beside the room, 9 or 10 are left after a drop, so a drop comes every sixth message at most.
        Assert.InRange(drops, 1, 60 / 5);
    }

    [Fact]
    public void ALargeLastMessageKeepsWhatStillFitsBesideIt()
    {
        List<ChatMessage> messages = [.. Turns(3)[..^1], User(new string('x', 50))];
        var window = ConversationWindow.Fit(messages, Encode, 100, 20);
        Assert.Equal(2, window.DroppedTurns);
        Assert.Equal(76, window.Prompt.Length);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(500)]
    public void TheLastTurnStaysHoweverLongItIs(int length)
    {
        var messages = (List<ChatMessage>)[System("brief"), .. Turns(3)[..^1], User(new string('x', length))];
        var window = ConversationWindow.Fit(messages, Encode, 100, 25);
        Assert.Equal([messages[0], messages[^1]], window.Messages);
        Assert.Equal(3, window.DroppedTurns);
        var alone = ConversationWindow.Fit([messages[^1]], Encode, 100, 25);
        Assert.Equal(0, alone.DroppedTurns);
    }

    [Fact]
    public void WhatIsKeptBeginsWithAUserAfterTheSystemMessage()
    {
        List<ChatMessage> messages = [System("brief"), Assistant("hello"), User("one"), Assistant("two"), new("tool", "three"), Assistant("four"), .. Turns(5)];
        for (var context = 40; context < 200; context++)
        {
            var window = ConversationWindow.Fit(messages, Encode, context, context / 4);
            Assert.Equal("system", window.Messages[0].Role);
            if (window.DroppedTurns > 0)
                Assert.Equal("user", window.Messages[1].Role);
            Assert.Equal(messages[^1], window.Messages[^1]);
            Assert.Equal(7 - window.DroppedTurns, window.Messages.Count(message => message.Role == "user"));
        }
    }

    [Fact]
    public void ALongConversationIsEncodedAFewTimesOnly()
    {
        var encoded = 0;
        var window = ConversationWindow.Fit(Turns(1000), Counted, 4096, 512);
        Assert.InRange(window.Prompt.Length, 2048 - 24, 2048);
        Assert.InRange(encoded, 2, 12);

        int[] Counted(IReadOnlyList<ChatMessage> messages)
        {
            encoded++;
            return Encode(messages);
        }
    }

    [Theory]
    [InlineData(512, 4096, 512)]
    [InlineData(5000, 4096, 1024)]
    [InlineData(512, 64, 16)]
    [InlineData(0, 64, 0)]
    public void TheRoomIsAtMostAQuarterOfTheContext(int maxTokens, int context, int room) =>
        Assert.Equal(room, ConversationWindow.AnswerRoomTokens(maxTokens, context));
}
