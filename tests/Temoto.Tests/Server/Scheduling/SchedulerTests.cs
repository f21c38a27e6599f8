using Temoto.Generation;
using Temoto.Server.Http;
using Temoto.Server.Operations;
using Temoto.Server.Scheduling;
using Temoto.Tests.Demo;

namespace Temoto.Tests.Server.Scheduling;

public sealed class SchedulerTests : IDisposable
{
    private static readonly GenerationOptions Greedy = new() { MaxTokens = 16, Temperature = 0 };

    private readonly LanguageModel model = ServerUnderTest.LoadDemo(8);
    private readonly ServerMetrics metrics = new();

    public void Dispose() => model.Dispose();

    /// <summary>
    /// Bit for bit, tokens and their probabilities: alone on a session, and together with others. From a cache the same tokens come: their probabilities may be another in the last digits, since the kernels
    /// for one token, a few and many add in orders of their own.
    /// </summary>
    [Fact]
    public async Task AGreedyTextIsTheSameAloneTogetherAndFromACache()
    {
        string[] questions = ["What are you?", "Pump P-7 is running; temp 81.4 °C high", "Say it again", "Fan 3 stopped", "What is a bearing?", "What are you made of?"];
        var options = Greedy with { TopLogprobs = 2 };
        var alone = new List<List<(int? Token, float? Logprob)>>();
        foreach (var question in questions)
        {
            using var session = model.CreateSession();
            var pieces = new List<(int?, float?)>();
            await foreach (var piece in session.StreamAsync(Prompt(question), options))
                pieces.Add((piece.TokenId, piece.Logprob));
            alone.Add(pieces);
        }
        using var scheduler = NewScheduler(slots: questions.Length);
        for (var round = 0; round < 2; round++)
        {
            var groups = questions.Select((question, i) => scheduler.Submit($"{i}", [Request(question, options)])).ToList();
            for (var i = 0; i < questions.Length; i++)
            {
                var pieces = (await PiecesAsync(groups[i])).Select(item => (Token: item.Piece.TokenId, item.Piece.Logprob)).ToList();
                Assert.Equal(alone[i].Select(piece => piece.Token), pieces.Select(piece => piece.Token));
                if (round == 0)
                    Assert.Equal(alone[i], pieces);
                else
                    Assert.All(alone[i].Zip(pieces), pair => Assert.Equal(pair.First.Logprob ?? 0, pair.Second.Logprob ?? 0, 1e-3f));
            }
            Assert.Equal(round > 0, metrics.ReusedTokens.Value > 0);
        }
    }

    /// <summary>Guesses are computed with the last token of a text that has the engine for itself: the same pieces, fewer runs.</summary>
    [Fact]
    public async Task ATextThatIsAloneIsComputedAhead()
    {
        model.Engine.Clock = new CountingClock();
        await model.Engine.PrepareTogether();
        const string question = "Summarize:\ncompressor C-5 | running | temperature 61.6 C | pressure 4.5 bar | speed 8.2 m/s";
        var options = Greedy with { MaxTokens = 60, TopLogprobs = 2, Draft = DraftChoice.Lookup };
        var expected = new List<(int?, float?)>();
        using (var session = model.CreateSession())
        {
            await foreach (var piece in session.StreamAsync(Prompt(question), options with { Draft = DraftChoice.Off }))
                expected.Add((piece.TokenId, piece.Logprob));
        }
        using var scheduler = NewScheduler(slots: 2);
        using var group = scheduler.Submit("a", [Request(question, options)]);
        Assert.Equal(expected, (await PiecesAsync(group)).Select(item => (item.Piece.TokenId, item.Piece.Logprob)));
        Assert.InRange(metrics.AcceptedTokens.Value, 1, metrics.DraftedTokens.Value);
        // An end token counts and is not told.
        Assert.InRange(metrics.GeneratedTokens.Value, expected.Count - 1, expected.Count);
    }

    /// <summary>A text under way has a token between any two chunks of another's long prompt.</summary>
    [Fact]
    public async Task ALongPromptKeepsOthersWaitingForAChunkAtMost()
    {
        const int chunk = 16;
        using var scheduler = NewScheduler(slots: 2, chunkTokens: chunk);
        using var gate = new Gate();
        using var first = scheduler.Submit("gate", [Request("x", Greedy with { LogitBias = gate, MaxTokens = 1 })]);
        gate.AwaitReached();
        var prompt = Prompt(string.Concat(Enumerable.Repeat("pump ", 200)));
        var chunks = (prompt.Length + chunk - 1) / chunk;
        var endless = Greedy with { MaxTokens = 200, LogitBias = DemoTokens.NoEnd };
        // Of one group, so that the order in which pieces come is the order in which they were made.
        using var both = scheduler.Submit("both", [Request("x", endless), GenerationRequest.Create(model, prompt, Greedy, 0)]);
        gate.Open();
        var pieces = await PiecesAsync(both);
        var before = pieces.TakeWhile(item => item.Index == 0).Count();
        Assert.True(chunks > 10);
        // One token of the first prompt, and one after each chunk but the last.
        Assert.InRange(before, chunks - 1, chunks + 1);
    }

    [Fact]
    public async Task AFullQueueTurnsAwayAndSaysWhenToComeAgain()
    {
        using var scheduler = NewScheduler(slots: 1, queueLength: 2);
        using var gate = new Gate();
        using var running = scheduler.Submit("a", [Request("x", Greedy with { LogitBias = gate })]);
        gate.AwaitReached();
        using var second = scheduler.Submit("a", [Request("x", Greedy)]);
        using var third = scheduler.Submit("a", [Request("x", Greedy)]);
        var error = Assert.Throws<RequestException>(() => scheduler.Submit("a", [Request("x", Greedy)]));
        Assert.Equal(429, error.Status);
        Assert.InRange(error.RetryAfterSeconds!.Value, 1, 60);
        // Another key has room: the last of who has most goes.
        using var other = scheduler.Submit("b", [Request("x", Greedy)]);
        Assert.Equal(429, (await Assert.ThrowsAsync<RequestException>(() => PiecesAsync(third))).Status);
        Assert.Equal(2, scheduler.QueueCount);
        Assert.Equal(400, Assert.Throws<RequestException>(() => scheduler.Submit("c", Enumerable.Repeat(Request("x", Greedy), 4).ToList())).Status);
        gate.Open();
        foreach (var group in new[] { running, second, other })
            Assert.Equal(FinishReason.Stop, (await PiecesAsync(group))[^1].Piece.FinishReason);
    }

    [Fact]
    public async Task WhoCancelsGivesSlotAndPlaceBack()
    {
        using var scheduler = NewScheduler(slots: 1);
        using var gate = new Gate();
        var running = scheduler.Submit("a", [Request("x", Greedy with { LogitBias = gate, MaxTokens = 400 })]);
        gate.AwaitReached();
        var waiting = scheduler.Submit("a", [Request("x", Greedy), Request("y", Greedy)]);
        Assert.Equal(2, scheduler.QueueCount);
        waiting.Cancel();
        Assert.Equal(0, scheduler.QueueCount);
        running.Cancel();
        using var next = scheduler.Submit("b", [Request("x", Greedy)]);
        gate.Open();
        Assert.Equal(FinishReason.Stop, (await PiecesAsync(next))[^1].Piece.FinishReason);
        var pieces = await PiecesAsync(running);
        Assert.Equal(FinishReason.Cancelled, pieces[^1].Piece.FinishReason);
        Assert.InRange(pieces.Count, 1, 2);
        Assert.Equal(1, metrics.Cancelled.Value);
    }

    /// <summary>Else the next of them would be given the slot of the one that goes, and the next after it.</summary>
    [Fact]
    public void WhatWaitsIsForgottenBeforeWhatRunsIsCancelled()
    {
        using var scheduler = NewScheduler(slots: 1);
        using var gate = new Gate();
        var group = scheduler.Submit("a", [.. Enumerable.Range(0, 3).Select(_ => Request("x", Greedy with { LogitBias = gate }))]);
        gate.AwaitReached();
        Assert.Equal(2, scheduler.QueueCount);
        int? waiting = null;
        group.Cancellation.Register(() => waiting = scheduler.QueueCount);
        group.Cancel();
        Assert.Equal(0, waiting);
    }

    [Fact]
    public async Task WhatTakesTooLongEndsWithAnError()
    {
        using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 1, MostTime = TimeSpan.FromTicks(1) }, metrics);
        using var group = scheduler.Submit("a", [Request("x", Greedy)]);
        Assert.Equal(504, (await Assert.ThrowsAsync<RequestException>(() => PiecesAsync(group))).Status);
        Assert.Equal(0, scheduler.QueueCount);
    }

    /// <summary>What is under way and what waits ends as it would; nothing new begins.</summary>
    [Fact]
    public async Task DrainingLetsEverythingEnd()
    {
        using var scheduler = NewScheduler(slots: 1);
        using var gate = new Gate();
        using var running = scheduler.Submit("a", [Request("x", Greedy with { LogitBias = gate })]);
        gate.AwaitReached();
        using var waiting = scheduler.Submit("a", [Request("x", Greedy)]);
        var drained = scheduler.DrainAsync(TimeSpan.FromHours(1));
        Assert.Equal(503, Assert.Throws<RequestException>(() => scheduler.Submit("a", [Request("x", Greedy)])).Status);
        Assert.False(drained.IsCompleted);
        gate.Open();
        await drained;
        Assert.Equal(FinishReason.Stop, (await PiecesAsync(running))[^1].Piece.FinishReason);
        Assert.Equal(FinishReason.Stop, (await PiecesAsync(waiting))[^1].Piece.FinishReason);
    }

    [Fact]
    public async Task DrainingEndsWhatTakesTooLong()
    {
        using var scheduler = NewScheduler(slots: 1);
        using var gate = new Gate();
        using var running = scheduler.Submit("a", [Request("x", Greedy with { LogitBias = gate, MaxTokens = 400 })]);
        gate.AwaitReached();
        using var waiting = scheduler.Submit("a", [Request("x", Greedy)]);
        var drained = scheduler.DrainAsync(TimeSpan.Zero);
        Assert.Equal(503, (await Assert.ThrowsAsync<RequestException>(() => PiecesAsync(waiting))).Status);
        gate.Open();
        await drained;
        Assert.Equal(503, (await Assert.ThrowsAsync<RequestException>(() => PiecesAsync(running))).Status);
    }

    /// <summary>A fault of ours ends the text that it struck and tells the client nothing of files; the others go on.</summary>
    [Fact]
    public async Task AFaultEndsOneTextAndIsTold()
    {
        var notes = new List<string>();
        using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 2 }, metrics, notes.Add);
        using var gate = new Gate();
        using var sound = scheduler.Submit("a", [Request("x", Greedy with { LogitBias = gate })]);
        gate.AwaitReached();
        using var struck = scheduler.Submit("b", [Request("x", Greedy with { LogitBias = new Gate { Fault = new InputException("/models/secret", null, "damage", "none", "mend it") } })]);
        gate.Open();
        var error = await Assert.ThrowsAsync<RequestException>(() => PiecesAsync(struck));
        Assert.Equal(500, error.Status);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Contains("/models/secret", Assert.Single(notes), StringComparison.Ordinal);
        Assert.Equal(FinishReason.Stop, (await PiecesAsync(sound))[^1].Piece.FinishReason);
        using var next = scheduler.Submit("b", [Request("x", Greedy), Request("x", Greedy)]);
        Assert.All((await PiecesAsync(next)).Where(item => item.Piece.Statistics is not null), item => Assert.Equal(FinishReason.Stop, item.Piece.FinishReason));
    }

    /// <summary>Slots that fit, and none that do not.</summary>
    [Fact]
    public void SlotsAndCacheAreWhatMemoryAllows()
    {
        var memory = new MemoryPlan(WeightBytes: 100, KvBytes: 50, ArenaBytes: 50, AvailableBytes: 400, ContextTokens: 512);
        var fitting = new SchedulerSettings().Fitting(memory, null, null);
        Assert.Equal((3, 25L), (fitting.Slots, fitting.PrefixCacheBytes));
        Assert.Equal(5, new SchedulerSettings().Fitting(memory, 5, 0).Slots);
        Assert.Contains("--slots", Assert.Throws<InputException>(() => new SchedulerSettings().Fitting(memory, 6, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("--prefix-cache-size", Assert.Throws<InputException>(() => new SchedulerSettings().Fitting(memory, 5, 1)).Message, StringComparison.Ordinal);
    }

    private static async Task<List<GroupPiece>> PiecesAsync(GenerationGroup group)
    {
        var pieces = new List<GroupPiece>();
        await foreach (var piece in group.ReadAllAsync())
            pieces.Add(piece);
        return pieces;
    }

    private Scheduler NewScheduler(int slots, int queueLength = 64, int chunkTokens = 256, long prefixCacheBytes = 0) =>
        new(model, new SchedulerSettings { Slots = slots, QueueLength = queueLength, ChunkTokens = chunkTokens, PrefixCacheBytes = prefixCacheBytes }, metrics);

    private int[] Prompt(string question) => model.EncodeChat([new ChatMessage("user", question)]);

    private GenerationRequest Request(string question, GenerationOptions options) => GenerationRequest.Create(model, Prompt(question), options, 0);
}
