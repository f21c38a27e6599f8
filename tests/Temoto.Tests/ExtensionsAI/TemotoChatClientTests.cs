using Microsoft.Extensions.AI;
using Temoto.Extensions.AI;
using Temoto.Tests.Server;
using Ai = Microsoft.Extensions.AI;

namespace Temoto.Tests.ExtensionsAI;

public sealed class TemotoChatClientTests(DemoChat demo) : IClassFixture<DemoChat>
{
    private const string Question = "What are you?";

    private static readonly Ai.ChatOptions Greedy = new() { Temperature = 0 };

    private static Ai.ChatOptions Endless => new() { RawRepresentationFactory = _ => DemoChat.Endless with { MaxTokens = int.MaxValue } };

    [Fact]
    public async Task AnAnswerIsTheLibrarys()
    {
        using var session = demo.Model.CreateSession();
        var expected = await Collect(session.ChatAsync([new ChatMessage("user", Question)], new GenerationOptions { Temperature = 0 }));
        using var client = demo.NewClient();
        var answer = await client.GetResponseAsync(Question, Greedy);
        Assert.Equal(expected, answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal("demo", answer.ModelId);
        Assert.Equal((session.Statistics.PromptTokens, session.Statistics.GeneratedTokens), ((int)answer.Usage!.InputTokenCount!, (int)answer.Usage.OutputTokenCount!));
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
        var message = Assert.Single(answer.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.NotNull(answer.ResponseId);
        Assert.NotNull(answer.CreatedAt);
    }

    [Fact]
    public async Task StreamingSaysTheSameInPieces()
    {
        using var client = demo.NewClient(sessions: 1);
        var whole = await client.GetResponseAsync(Question, Greedy);
        var updates = await client.GetStreamingResponseAsync(Question, Greedy).ToListAsync();
        Assert.True(updates.Count > 3, $"{updates.Count} updates");
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.All(updates, update => Assert.Equal(ChatRole.Assistant, update.Role));
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.FinishReason));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal(whole.Usage!.OutputTokenCount, updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount);
    }

    [Fact]
    public async Task AnAnswerThatIsCutSaysSo()
    {
        using var client = demo.NewClient();
        var limited = await client.GetResponseAsync(Question, new Ai.ChatOptions { Temperature = 0, MaxOutputTokens = 3 });
        Assert.Equal((ChatFinishReason.Length, 3), (limited.FinishReason, (int)limited.Usage!.OutputTokenCount!));
        // Nobody says how long it may be: the context does. The last token needs no place in it.
        var full = await client.GetResponseAsync(Question, Endless);
        Assert.Equal(ChatFinishReason.Length, full.FinishReason);
        Assert.Equal(demo.Model.Info.ContextTokens + 1, full.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task AStopSequenceEndsIt()
    {
        using var client = demo.NewClient();
        var whole = (await client.GetResponseAsync(Question, Greedy)).Text;
        var stop = whole[(whole.Length / 2)..(whole.Length / 2 + 3)];
        var answer = await client.GetResponseAsync(Question, new Ai.ChatOptions { Temperature = 0, StopSequences = [stop] });
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task ASeedGivesTheSameTextAgain()
    {
        using var client = demo.NewClient();
        var options = new Ai.ChatOptions { Temperature = 2, Seed = 7, MaxOutputTokens = 24 };
        var first = await client.GetResponseAsync(Question, options);
        options.Seed = 8;
        var other = await client.GetResponseAsync(Question, options);
        using var fresh = demo.NewClient();
        options.Seed = 7;
        Assert.Equal(first.Text, (await fresh.GetResponseAsync(Question, options)).Text);
        Assert.NotEqual(first.Text, other.Text);
    }

    [Fact]
    public async Task CallsAtTheSameTimeGetWhatTheyGetAlone()
    {
        string[] questions = [Question, "Pump P-3 is running.", "Valve V-2 is open.", "Fan F-1 has stopped.", "Hello!", "The tank is empty."];
        using var alone = demo.NewClient(sessions: 1);
        var expected = new List<string>();
        foreach (var question in questions)
        {
            using var client = demo.NewClient(sessions: 1);
            expected.Add((await client.GetResponseAsync(question, Greedy)).Text);
        }
        // More calls than sessions: two wait for their turn.
        using var together = demo.NewClient(sessions: 4);
        var answers = await Task.WhenAll(questions.Select(question => together.GetResponseAsync(question, Greedy)));
        Assert.Equal(expected, answers.Select(answer => answer.Text));
    }

    [Fact]
    public async Task CancellingStopsTheModelAndFreesItsSession()
    {
        using var client = demo.NewClient(sessions: 1);
        using var cancellation = new CancellationTokenSource();
        var read = 0;
        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(Question, Endless, cancellation.Token))
            {
                if (++read == 3)
                    await cancellation.CancelAsync();
            }
        });
        Assert.Equal((3, cancellation.Token), (read, error.CancellationToken));
        await Assert.ThrowsAsync<OperationCanceledException>(() => client.GetResponseAsync(Question, Endless, cancellation.Token));
        // Its one session answers again.
        Assert.Equal(ChatFinishReason.Stop, (await client.GetResponseAsync(Question, Greedy)).FinishReason);
    }

    [Fact]
    public async Task WhoReadsNoFurtherStopsTheModelToo()
    {
        using var client = demo.NewClient(sessions: 1);
        await foreach (var _ in client.GetStreamingResponseAsync(Question, Endless))
            break;
        Assert.Equal(ChatFinishReason.Stop, (await client.GetResponseAsync(Question, Greedy)).FinishReason);
    }

    [Fact]
    public async Task WhoWaitsForASessionCanBeCancelled()
    {
        using var client = demo.NewClient(sessions: 1);
        using var cancellation = new CancellationTokenSource();
        await using var first = client.GetStreamingResponseAsync(Question, Endless).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        var waiting = client.GetResponseAsync(Question, Greedy, cancellation.Token);
        Assert.False(waiting.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
    }

    /// <summary>Two conversations that take turns, each with a session of its own: only what is new is computed.</summary>
    [Fact]
    public async Task AConversationThatGoesOnUsesWhatWasComputed()
    {
        using var client = demo.NewClient(sessions: 2);
        List<Ai.ChatMessage>[] talks = [[new(ChatRole.User, Question)], [new(ChatRole.User, "Pump P-3 is running.")]];
        var computed = new long[2];
        for (var turn = 0; turn < 3; turn++)
        {
            foreach (var (i, talk) in talks.Index())
            {
                var answer = await client.GetResponseAsync(talk, Greedy);
                if (turn > 0)
                    Assert.True(answer.Usage!.CachedInputTokenCount >= computed[i], $"talk {i}, turn {turn}: {answer.Usage.CachedInputTokenCount} of {computed[i]}");
                computed[i] = answer.Usage!.InputTokenCount!.Value;
                talk.AddMessages(answer);
                talk.Add(new(ChatRole.User, "And now?"));
            }
        }
    }

    [Fact]
    public async Task DisposingEndsCallsUnderWay()
    {
        var client = TemotoChatClient.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1 }, new TemotoChatClientOptions { MaxSessions = 1 });
        var model = client.GetService<LanguageModel>()!;
        await using var call = client.GetStreamingResponseAsync(Question, Endless).GetAsyncEnumerator();
        Assert.True(await call.MoveNextAsync());
        var waiting = client.GetResponseAsync(Question, Greedy);
        client.Dispose();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Equal(1, model.CountTokens("pump")); // The call under way still holds it.
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (await call.MoveNextAsync())
            {
            }
        });
        Assert.Throws<ObjectDisposedException>(() => model.CountTokens("pump"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync(Question));
    }

    [Fact]
    public async Task AModelThatItLoadedGoesWithIt()
    {
        var client = TemotoChatClient.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1 });
        var model = client.GetService<LanguageModel>()!;
        await client.GetResponseAsync(Question, Greedy);
        client.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.CountTokens("pump"));
    }

    [Fact]
    public async Task AModelOfSomebodyElseStays()
    {
        var client = demo.NewClient();
        await client.GetResponseAsync(Question, Greedy);
        client.Dispose();
        Assert.Equal(1, demo.Model.CountTokens("pump"));
    }

    [Fact]
    public void ItTellsWhatStandsBehindIt()
    {
        using var client = demo.NewClient();
        Assert.Same(client, client.GetService<TemotoChatClient>());
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Same(demo.Model, client.GetService<LanguageModel>());
        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("temoto", "demo"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(client.GetService<EmbeddingModel>());
        Assert.Null(client.GetService(typeof(LanguageModel), "key"));
        Assert.Throws<ArgumentOutOfRangeException>(() => demo.NewClient(sessions: 0));
    }

    /// <summary>What a model says to its messages comes while reading, what an option says at the call.</summary>
    [Fact]
    public async Task WhatCannotBeDoneIsSaid()
    {
        using var client = demo.NewClient();
        Assert.Throws<NotSupportedException>(() => client.GetStreamingResponseAsync(Question, new Ai.ChatOptions { ConversationId = "1" }));
        Assert.Throws<ArgumentNullException>(() => client.GetStreamingResponseAsync((IEnumerable<Ai.ChatMessage>)null!));
        var tooLong = await Assert.ThrowsAsync<InputException>(() => client.GetResponseAsync(string.Concat(Enumerable.Repeat("pump ", 2000))));
        Assert.Contains("fewer than the context", tooLong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<ArgumentOutOfRangeException>(() => client.GetResponseAsync(Question, new Ai.ChatOptions { TopP = 2 }));
    }

    [Theory]
    [InlineData("a/b/Qwen2.5-0.5B-Instruct", "Qwen2.5-0.5B-Instruct")]
    [InlineData("a/b/qwen2.5-q4_k_m.gguf", "qwen2.5-q4_k_m")]
    [InlineData("demo.temoto", "demo")]
    [InlineData("models/demo/", "demo")]
    public void AModelIsCalledByItsFile(string path, string name) => Assert.Equal(name, ModelName.Of(path));

    private static async Task<string> Collect(IAsyncEnumerable<string> pieces)
    {
        var text = "";
        await foreach (var piece in pieces)
            text += piece;
        return text;
    }
}
