using Temoto.Evaluation.Serving;
using Temoto.Server;
using Temoto.Server.Scheduling;
using Temoto.Tests.Server;

namespace Temoto.Tests.Evaluation.Serving;

/// <summary>Loads on the real server.</summary>
public sealed class ServerLoadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClientsOfAClosedLoopAskUntilAllIsAnswered()
    {
        await using var server = await ServerUnderTest.StartAsync();
        var progress = 0;
        var result = await NewLoad(server, requests: 10, shared: 40).RunAsync(new ServerTest(Clients: 3, null, PromptTokens: 60, AnswerTokens: 6), 0, (_, all) => Interlocked.Add(ref progress, all), Cancellation);
        Assert.Equal((10, 0, 0, null, 100), (result.Whole.Count, result.Refused, result.Failed, result.Fault, progress));
        Assert.All(result.Whole, answer =>
        {
            Assert.Equal(6, answer.AnswerTokens);
            Assert.InRange(answer.FirstTokenSeconds, double.Epsilon, answer.Seconds);
            Assert.InRange(answer.Seconds, answer.FirstTokenSeconds, result.Seconds);
        });
        // All but those that began beside the first found its beginning computed.
        Assert.InRange(result.Whole.Count(answer => answer.CachedTokens > 0), 7, 9);
        Assert.Equal(60 / result.Seconds, result.AnswerTokensPerSecond, 1e-9);
        Assert.Equal(result.RequestsPerSecond, result.GoodRequestsPerSecond(new ServerGoal(3600, 3600)));
        Assert.Equal(0, result.GoodRequestsPerSecond(new ServerGoal(1e-9, 3600)));
    }

    /// <summary>A hundred requests at once on one place and a queue of two: some are answered, the rest refused.</summary>
    [Fact]
    public async Task AnOpenLoopDoesNotWaitForAnswers()
    {
        await using var server = await ServerUnderTest.StartAsync(new ServerSettings { Slots = 1, Scheduler = new SchedulerSettings { QueueLength = 2 } });
        var result = await NewLoad(server, requests: 100, shared: 0).RunAsync(new ServerTest(null, RequestsPerSecond: 10_000, PromptTokens: 100, AnswerTokens: 50), 0, null, Cancellation);
        Assert.Equal(100, result.Whole.Count + result.Refused);
        Assert.InRange(result.Whole.Count, 3, 99);
    }

    /// <summary>10,000 gaps of mean 1/8 s: their mean lies within five of its standard deviations (0.125 / 100), and as many are below ln 2 / 8 as above.</summary>
    [Fact]
    public void RequestsOfAnOpenLoopComeAtRandom()
    {
        var seconds = ServerLoad.Arrivals(8, 10_001, seed: 3).ToList();
        var gaps = seconds.Zip(seconds.Skip(1), (before, after) => after - before).ToList();
        Assert.Equal(0, seconds[0]);
        Assert.All(gaps, gap => Assert.True(gap >= 0));
        Assert.InRange(gaps.Average(), 0.125 - 5 * 0.00125, 0.125 + 5 * 0.00125);
        // Binomial, standard deviation 50.
        Assert.InRange(gaps.Count(gap => gap < Math.Log(2) / 8), 5000 - 250, 5000 + 250);
    }

    private static ServerLoad NewLoad(ServerUnderTest server, int requests, int shared) =>
        new(new ServerClient(server.Client, "demo", TimeProvider.System), new WordPrompts(2, shared, 1), requests, 1, TimeProvider.System);
}
