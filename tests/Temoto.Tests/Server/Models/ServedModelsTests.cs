using System.Net;
using System.Text.Json;
using Temoto.Server;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Tests.Server.Models;

/// <summary>Several models in one server: loaded when they are asked for, within the memory that there is.</summary>
public sealed class ServedModelsTests
{
    private const string Chat = "/v1/chat/completions";

    /// <summary>What one of them takes with one slot and nothing kept beside it.</summary>
    private static readonly long Bytes = BytesOfOne();

    private readonly List<string> loads = [];

    [Fact]
    public async Task AModelIsLoadedWhenItIsAskedForByItsName()
    {
        await using var server = await StartAsync(2 * Bytes, "a", "b");
        Assert.Equal(["a", "b"], (await server.GetAsync("/v1/models")).Answer.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
        Assert.Equal(["a:latest", "b:latest"], await NamesAsync(server, "/api/tags"));
        Assert.Equal(["a:latest"], await NamesAsync(server, "/api/ps"));
        var unnamed = await server.AskAsync(Chat, Question(null));
        Assert.Equal(["a"], loads);

        var (status, answer) = await server.AskAsync(Chat, Question("b:latest"));

        Assert.Equal((HttpStatusCode.OK, "b", ChatText.Of(unnamed.Answer)), (status, answer.GetProperty("model").GetString(), ChatText.Of(answer)));
        Assert.Equal(["a", "b"], loads);
        Assert.Equal(["a:latest", "b:latest"], await NamesAsync(server, "/api/ps"));
        Assert.Contains("temoto_model_loads_total 2\n", await server.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/completions", """{"model": "b", "prompt": "a", "max_tokens": 1}""", "model", "b")]
    [InlineData("/v1/responses", """{"model": "b", "input": "a", "max_output_tokens": 1}""", "model", "b")]
    [InlineData("/v1/messages", """{"model": "b", "max_tokens": 1, "messages": [{"role": "user", "content": "a"}]}""", "model", "b")]
    [InlineData("/v1/messages/count_tokens", """{"model": "b", "messages": [{"role": "user", "content": "a"}]}""", "input_tokens", null)]
    [InlineData("/api/chat", """{"model": "b", "stream": false, "messages": [{"role": "user", "content": "a"}], "options": {"num_predict": 1}}""", "model", "b:latest")]
    [InlineData("/api/generate", """{"model": "b", "stream": false, "prompt": "a", "options": {"num_predict": 1}}""", "model", "b:latest")]
    [InlineData("/api/show", """{"model": "b"}""", "capabilities", null)]
    [InlineData("/tokenize", """{"model": "b", "content": "a"}""", "tokens", null)]
    [InlineData("/detokenize", """{"model": "b", "tokens": [1]}""", "content", null)]
    public async Task EveryRouteTakesTheModelsName(string path, string body, string field, string? value)
    {
        await using var server = await StartAsync(2 * Bytes, "a", "b");

        var (status, answer) = await server.AskAsync(path, body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(answer.TryGetProperty(field, out var found));
        if (value is not null)
            Assert.Equal(value, found.GetString());
        Assert.Equal(["a", "b"], loads);
        Assert.Equal(HttpStatusCode.NotFound, (await server.AskAsync(path, body.Replace("\"b\"", "\"c\"", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task WhoWasAskedLongestAgoMakesRoom()
    {
        await using var server = await StartAsync(2 * Bytes, "a", "b", "c");
        foreach (var name in new[] { "b", "a", "c" })
            Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question(name))).Status);
        Assert.Equal(["a:latest", "c:latest"], await NamesAsync(server, "/api/ps"));
        Assert.Equal(2 * Bytes, server.Server.Models.UsedBytes);

        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question("b"))).Status);

        Assert.Equal(["b:latest", "c:latest"], await NamesAsync(server, "/api/ps"));
        Assert.Equal(["a", "b", "c", "b"], loads);
    }

    /// <summary>Nobody gets it again before the other had its turn, so that a model that is always busy keeps nobody out.</summary>
    [Fact]
    public async Task AModelThatAnswersGoesAfterItsLastRequest()
    {
        await using var server = await StartAsync(Bytes, "a", "b");
        using var running = await server.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent("""{"model": "a", "stream": true, "ignore_eos": true, "max_tokens": 480, "messages": [{"role": "user", "content": "a"}]}""") },
            HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var other = server.AskAsync(Chat, Question("b"));
        await UntilAsync(() => server.Server.Models.Loaded.All(model => model.Name != "a"));
        var again = server.AskAsync(Chat, Question("a"));

        var text = await running.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("[DONE]", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await other).Status);
        Assert.Equal(HttpStatusCode.OK, (await again).Status);
        Assert.Equal(["a", "b", "a"], loads);
    }

    [Fact]
    public async Task ManyWhoAskManyModelsAreAllAnswered()
    {
        string[] names = ["a", "b", "c", "d"];
        await using var server = await StartAsync(2 * Bytes, names);
        var expected = ChatText.Of((await server.AskAsync(Chat, Question("a"))).Answer);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async client =>
        {
            var random = new Random(client);
            for (var i = 0; i < Thoroughness.Cases(6); i++)
            {
                var name = names[random.Next(names.Length)];
                if (random.Next(4) == 0)
                {
                    await LeavingClient.AskAsync(gone => server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(Question(name)) }, HttpCompletionOption.ResponseHeadersRead, gone), 0);
                    continue;
                }
                var (status, answer) = await server.AskAsync(Chat, Question(name));
                Assert.Equal((HttpStatusCode.OK, name, expected), (status, answer.GetProperty("model").GetString(), ChatText.Of(answer)));
            }
        }));
        // Who left may have asked for a load that is still under way.
        foreach (var name in names)
            Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question(name))).Status);
        Assert.Equal(2, server.Server.Models.Loaded.Count);
        Assert.Equal(2 * Bytes, server.Server.Models.UsedBytes);
        // A load for somebody who left may have ended before it began.
        var metrics = server.Server.Metrics;
        Assert.Equal(metrics.ModelLoads.Value - 2, metrics.ModelUnloads.Value);
        Assert.InRange(metrics.ModelLoads.Value, names.Length, loads.Count);
    }

    [Fact]
    public async Task AModelThatCannotBeLoadedIsToldWithoutItsPath()
    {
        var broken = new ModelSource("b", _ => throw new InputException("/secret/model.gguf", null, "no model", "a model", "give another"));
        await using var server = await ServerUnderTest.StartAsync(Small, models: [Source("a", Bytes), broken]);

        var (status, answer) = await server.AskAsync(Chat, Question("b"));

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.DoesNotContain("secret", answer.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("/secret/model.gguf", server.Log, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await server.AskAsync(Chat, Question("b"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question("a"))).Status);
        Assert.Equal(Bytes, server.Server.Models.UsedBytes);
    }

    /// <summary>Nobody is sent away for it, and nothing is taken.</summary>
    [Fact]
    public async Task AModelThatFitsBesideNobodyIsRefused()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 3, PrefixCacheBytes = 0 }, models: [Source("a", 4 * Bytes), Source("b", Bytes)]);
        var used = server.Server.Models.UsedBytes;

        Assert.Equal(HttpStatusCode.InternalServerError, (await server.AskAsync(Chat, Question("b"))).Status);

        Assert.Contains("model b was not loaded: --slots", server.Log, StringComparison.Ordinal);
        Assert.Equal(["a:latest"], await NamesAsync(server, "/api/ps"));
        Assert.Equal(used, server.Server.Models.UsedBytes);
    }

    /// <summary>Its room is given back, its reservation too.</summary>
    [Fact]
    public async Task AModelThatFailsAfterRoomWasMadeLeavesNothing()
    {
        var broken = new ModelSource("b", plan =>
        {
            using var model = Source("b", Bytes).Load(plan);
            throw new OverflowException("weights");
        });
        await using var server = await ServerUnderTest.StartAsync(Small, models: [Source("a", Bytes), broken]);

        Assert.Equal(HttpStatusCode.InternalServerError, (await server.AskAsync(Chat, Question("b"))).Status);

        Assert.Contains("model b was not loaded: OverflowException", server.Log, StringComparison.Ordinal);
        Assert.Equal(0, server.Server.Models.UsedBytes);
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question("a"))).Status);
    }

    /// <summary>The one that was to go stays, whoever asked for the room.</summary>
    [Fact]
    public async Task AModelThatBecomesIdleGoesInPlaceOfOneThatAnswers()
    {
        await using var server = await StartAsync(2 * Bytes, "a", "b", "c");
        var models = server.Server.Models;
        using var first = await models.AcquireAsync("a", TestContext.Current.CancellationToken);
        var second = await models.AcquireAsync("b", TestContext.Current.CancellationToken);
        var third = server.AskAsync(Chat, Question("c"));
        await UntilAsync(() => models.Loaded.All(model => model.Name != "a"));

        second.Dispose();

        Assert.Equal(HttpStatusCode.OK, (await third).Status);
        Assert.Equal(["a", "c"], models.Loaded.Select(model => model.Name));
        Assert.Equal(HttpStatusCode.OK, (await server.AskAsync(Chat, Question("a"))).Status);
        Assert.Equal(["a", "b", "c"], loads);
    }

    [Fact]
    public async Task NoRoomIsMadeForWhoHasLeft()
    {
        await using var server = await StartAsync(Bytes, "a", "b");
        var models = server.Server.Models;
        using var first = await models.AcquireAsync("a", TestContext.Current.CancellationToken);
        using var left = new CancellationTokenSource();
        var second = models.AcquireAsync("b", left.Token);
        await UntilAsync(() => models.Loaded.Count == 0);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await UntilAsync(() => models.Loaded.Count > 0);
        Assert.Equal("a", models.Loaded[0].Name);
        Assert.Equal(Bytes, models.UsedBytes);
    }

    /// <summary>A client that reads so slowly that its request is never over.</summary>
    [Fact]
    public async Task ARequestOfAModelThatHasToGoEndsWithItsTime()
    {
        var settings = Small with { Scheduler = new SchedulerSettings { MostTime = TimeSpan.FromSeconds(1) } };
        await using var server = await ServerUnderTest.StartAsync(settings, models: [Source("a", Bytes), Source("b", Bytes)]);
        var first = await server.Server.Models.AcquireAsync("a", TestContext.Current.CancellationToken);
        await using var ends = first.MustEnd.Register(first.Dispose);

        // Its own time is over about then, too.
        while ((await server.AskAsync(Chat, Question("b"))).Status != HttpStatusCode.OK)
        {
        }
        Assert.True(first.MustEnd.IsCancellationRequested);
    }

    [Fact]
    public async Task WhoOnlyLooksLoadsNothing()
    {
        await using var server = await StartAsync(Bytes, "a", "b");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "model_not_loaded"), await CodeAsync(server, "/props?model=b"));
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), await CodeAsync(server, "/slots?model=c"));
        Assert.Equal("a", (await server.GetAsync("/props?model=a")).Answer.GetProperty("model").GetString());
        Assert.Equal(["a"], loads);
        await server.AskAsync(Chat, Question("b"));
        // Of those that are there the first.
        Assert.Equal("b", (await server.GetAsync("/props")).Answer.GetProperty("model").GetString());
    }

    /// <summary>A load waits for room until the server stops, and then ends.</summary>
    [Fact]
    public async Task AServerThatStopsEndsWaitingLoads()
    {
        var server = await StartAsync(Bytes, "a", "b");
        using var lease = await server.Server.Models.AcquireAsync("a", TestContext.Current.CancellationToken);
        var other = server.AskAsync(Chat, Question("b"));
        await UntilAsync(() => server.Server.Models.Loaded.All(model => model.Name != "a"));

        var stopped = server.Server.StopAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await other).Status);
        lease.Dispose();
        await stopped;
        await server.DisposeAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    private static ServerSettings Small => new() { Slots = 1, PrefixCacheBytes = 0 };

    private static long BytesOfOne()
    {
        using var model = ServerUnderTest.LoadDemo(1);
        return model.Info.Memory.TotalBytes;
    }

    private Task<ServerUnderTest> StartAsync(long budget, params string[] names) => ServerUnderTest.StartAsync(Small, models: [.. names.Select(name => Source(name, budget))]);

    private ModelSource Source(string name, long budget) => new(name, plan =>
    {
        lock (loads)
            loads.Add(name);
        return LanguageModel.Load(ServerUnderTest.DemoPath, new ModelOptions { Threads = 2, MaxBatchSequences = 1, MemoryBudgetBytes = budget, MemoryPlanned = plan });
    });

    private static string Question(string? model) => JsonSerializer.Serialize(new { model, messages = new[] { new { role = "user", content = "What are you?" } }, max_tokens = 6 });

    private static async Task<string[]> NamesAsync(ServerUnderTest server, string path) =>
        [.. (await server.GetAsync(path)).Answer.GetProperty("models").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];

    private static async Task<(HttpStatusCode Status, string? Code)> CodeAsync(ServerUnderTest server, string path)
    {
        var (status, answer) = await server.GetAsync(path);
        return (status, answer.GetProperty("error").GetProperty("code").GetString());
    }
}
