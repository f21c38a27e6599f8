using Temoto.Generation;
using Temoto.Server.Operations;
using Temoto.Server.Scheduling;
using Temoto.Tests.Demo;

namespace Temoto.Tests.Server.Scheduling;

public class PrefixCacheTests
{
    private static readonly string SystemText = string.Concat(Enumerable.Repeat("The pump is running and the fan is hot. ", 12));

    /// <summary>One slot: another conversation has taken its cache between two with the same system message.</summary>
    [Theory]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.F32)]
    [InlineData(KvCacheType.Int8)]
    public async Task TheSameBeginningIsComputedOnceAndTheTextStays(KvCacheType type)
    {
        using var model = LanguageModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 2, KvCache = type });
        var texts = new List<string>();
        foreach (var bytes in new[] { 0, 64L << 20 })
        {
            var metrics = new ServerMetrics();
            using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 1, PrefixCacheBytes = bytes }, metrics);
            await AskAsync(model, scheduler, SystemText, "What are you?");
            await AskAsync(model, scheduler, "Other words entirely, so that nothing is alike.", "Who?");
            var before = metrics.ReusedTokens.Value;
            texts.Add(await AskAsync(model, scheduler, SystemText, "Is the pump hot?"));
            var system = model.EncodeChat(Conversation(SystemText, "")).Length;
            if (bytes > 0)
                Assert.InRange(metrics.ReusedTokens.Value - before, system - 2 * PrefixCache.BlockTokens, system);
            else
                Assert.InRange(metrics.ReusedTokens.Value - before, 0, 8);
            Assert.InRange(scheduler.PrefixCacheBytes, bytes > 0 ? 1 : 0, bytes);
        }
        Assert.Equal(texts[0], texts[1]);
    }

    /// <summary>Four prompts that come at once in four slots: the first computes a chunk, the others go on from it.</summary>
    [Fact]
    public async Task PromptsThatComeTogetherComputeTheirBeginningOnce()
    {
        using var model = ServerUnderTest.LoadDemo();
        var metrics = new ServerMetrics();
        using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 4, ChunkTokens = 64, PrefixCacheBytes = 64L << 20 }, metrics);
        string[] questions = ["What are you?", "Is the pump hot?", "Who?", "Say it again"];
        var requests = questions.Select(question => GenerationRequest.Create(model, model.EncodeChat(Conversation(SystemText, question)), new GenerationOptions { MaxTokens = 8, Temperature = 0 }, 0)).ToList();
        var texts = new string[questions.Length];
        using (var group = scheduler.Submit("a", requests))
        {
            await foreach (var (index, piece) in group.ReadAllAsync())
                texts[index] += piece.Text;
        }
        var system = model.EncodeChat(Conversation(SystemText, "")).Length;
        Assert.InRange(metrics.ReusedTokens.Value, 3 * (system - 2 * PrefixCache.BlockTokens), 3 * system);
        using var fresh = new Scheduler(model, new SchedulerSettings { Slots = 4, ChunkTokens = 64 }, new ServerMetrics());
        using var alone = fresh.Submit("a", requests);
        var expected = new string[questions.Length];
        await foreach (var (index, piece) in alone.ReadAllAsync())
            expected[index] += piece.Text;
        Assert.Equal(expected, texts);
    }

    /// <summary>The second turn of a conversation whose slot somebody else has taken meanwhile.</summary>
    [Fact]
    public async Task AnAnswerIsPartOfTheNextTurn()
    {
        using var model = ServerUnderTest.LoadDemo();
        var metrics = new ServerMetrics();
        using var scheduler = new Scheduler(model, new SchedulerSettings { Slots = 1, PrefixCacheBytes = 64L << 20 }, metrics);
        int[] first = model.EncodeChat(Conversation(SystemText, "What are you?"));
        var endless = new GenerationOptions { MaxTokens = 40, Temperature = 0, LogitBias = DemoTokens.NoEnd };
        var answer = new List<int>();
        using (var group = scheduler.Submit("a", [GenerationRequest.Create(model, first, endless, 0)]))
        {
            await foreach (var (_, piece) in group.ReadAllAsync())
                answer.AddRange(piece.TokenId is { } token ? [token] : []);
        }
        await AskAsync(model, scheduler, "Other words entirely, so that nothing is alike.", "Who?");
        var before = metrics.ReusedTokens.Value;
        using var next = scheduler.Submit("a", [GenerationRequest.Create(model, [.. first, .. answer, 5, 6, 7], new GenerationOptions { MaxTokens = 1, Temperature = 0 }, 0)]);
        await foreach (var _ in next.ReadAllAsync())
        {
        }
        // The last token of an answer is told and not computed.
        Assert.Equal((first.Length + 39) / PrefixCache.BlockTokens * PrefixCache.BlockTokens, metrics.ReusedTokens.Value - before);
        Assert.True(metrics.ReusedTokens.Value - before > first.Length);
    }

    /// <summary>Rows of one number in each token's place: what comes back is what was put away, wherever it lay.</summary>
    [Fact]
    public void BlocksAreSharedAndTheOldestGoFirst()
    {
        using var model = ServerUnderTest.LoadDemo();
        var layout = model.Engine.NewCache().Layout;
        const int block = PrefixCache.BlockTokens;
        using var cache = new PrefixCache(layout, 4 * KvCache.BytesOf(layout, block));
        var a = Text(1, 3 * block + 5);
        cache.Keep(Filled(model, a), a.Length);
        Assert.Equal(3 * block, cache.Match(a));
        // The last token is always computed.
        Assert.Equal(2 * block, cache.Match(a.AsSpan(0, 3 * block)));
        int[] sharing = [.. a.AsSpan(0, 2 * block), .. Text(2, block), 0];
        Assert.Equal(2 * block, cache.Match(sharing));
        cache.Keep(Filled(model, sharing), sharing.Length);
        Assert.Equal((3 * block, 3 * block, 4L), (cache.Match(a), cache.Match(sharing), cache.Bytes / KvCache.BytesOf(layout, block)));
        // Full: the end of the branch used longest ago makes room.
        cache.Match(a);
        int[] third = [.. Text(3, block), 0];
        cache.Keep(Filled(model, third), third.Length);
        Assert.Equal((3 * block, 2 * block, block), (cache.Match(a), cache.Match(sharing), cache.Match(third)));
        // A text longer than the budget keeps what fits.
        var huge = Text(4, 6 * block);
        cache.Keep(Filled(model, huge), huge.Length);
        Assert.Equal(4L, cache.Bytes / KvCache.BytesOf(layout, block));
    }

    [Theory]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.Int8)]
    public void CopiedPositionsAreTheSameBytes(KvCacheType type)
    {
        using var model = LanguageModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 1, KvCache = type });
        using var source = model.Engine.NewCache();
        using var target = model.Engine.NewCache();
        var sampler = new Sampler(model.Info.VocabSize, default, 1);
        int[] tokens = [.. Enumerable.Range(0, 80).Select(i => i * 7 % 2000)];
        model.Engine.Prefill(tokens, source, sampler, default);
        var bytes = new byte[KvCache.BytesOf(source.Layout, 64)];
        source.CopyTo(bytes, 0, 64);
        target.Append(bytes.AsSpan(0, (int)KvCache.BytesOf(source.Layout, 64)), 64);
        var again = new byte[bytes.Length];
        target.CopyTo(again, 0, 64);
        Assert.Equal(bytes, again);
        Assert.Contains(bytes, value => value != 0);
        // And the rest of the text goes on from them.
        var rest = tokens.AsSpan(64).ToArray();
        source.Truncate(64);
        var options = new Temoto.Generation.SamplingSettings { TopLogprobs = 5, RepetitionPenalty = 1 };
        var (first, second) = (new Sampler(model.Info.VocabSize, options, 1), new Sampler(model.Info.VocabSize, options, 1));
        Assert.Equal(model.Engine.Prefill(rest, source, first, default), model.Engine.Prefill(rest, target, second, default));
        Assert.Equal(first.Top, second.Top);
    }

    private static int[] Text(int seed, int count) => [.. Enumerable.Range(0, count).Select(i => (i * 31 + seed * 17) % 2000)];

    private static TokenCache Filled(LanguageModel model, int[] tokens)
    {
        var cache = new TokenCache(model.Engine.NewCache());
        model.Engine.Prefill(tokens, cache.Keys, null, default);
        cache.Record(tokens);
        return cache;
    }

    private static ChatMessage[] Conversation(string system, string user) => [new("system", system), new("user", user)];

    private static async Task<string> AskAsync(LanguageModel model, Scheduler scheduler, string system, string user)
    {
        var request = GenerationRequest.Create(model, model.EncodeChat(Conversation(system, user)), new GenerationOptions { MaxTokens = 24, Temperature = 0 }, 0);
        using var group = scheduler.Submit("a", [request]);
        var text = "";
        await foreach (var (_, piece) in group.ReadAllAsync())
            text += piece.Text;
        return text;
    }
}
