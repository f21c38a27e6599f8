using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Tensors;

namespace Temoto.Tests.Generation.Execution;

/// <summary>Who asks at the same time is served together, and nobody notices.</summary>
public sealed class DecodeBatchesTests : IDisposable
{
    private readonly LanguageModel model = LanguageModel.Load(
        SeededMemory.Create("batches", ModelShapes.Get("tiny-qwen2"), DType.BF16, 5, TestContext.Current.CancellationToken),
        new ModelOptions { Threads = 2, MaxBatchSequences = 3, ContextTokens = 200 });

    private readonly List<KvCache> caches = [];

    private ModelEngine Engine => model.Engine;

    public void Dispose()
    {
        foreach (var cache in caches)
            cache.Dispose();
        model.Dispose();
    }

    [Fact]
    public async Task ThoseWhoWaitAreServedByOneRun()
    {
        var sizes = await SizesOfRuns([0, 1, 2, 3, 4, 5]);
        // The first alone; of the five who came meanwhile, as many as a run takes, then the rest.
        Assert.Equal([1, 3, 2], sizes);
    }

    /// <summary>Without waiting for who was in the last run, two sessions would take turns for ever.</summary>
    [Fact]
    public async Task ARunWaitsForThoseOfTheLast()
    {
        // Time stands still while the run waits: it waits until the first is back, however long that takes.
        Assert.Equal([1, 2], await SizesWhenTheFirstComesBack((second, looks) => looks > 4 || second.IsCompleted, secondsPerLook: 0));
    }

    /// <summary>Who does not come back in time is not waited for.</summary>
    [Fact]
    public async Task ARunDoesNotWaitForEver()
    {
        // The first comes back when the second has its token.
        Assert.Equal([1, 1, 1], await SizesWhenTheFirstComesBack((second, _) => second.IsCompleted, secondsPerLook: 0.1));
    }

    /// <summary>Two sessions: the second asks during the first's run, the first asks again when it <paramref name="may"/>.</summary>
    /// <param name="may">Knows the second's call, and how often the clock was looked at: a run does so when it begins and ends, and to wait once before and once a round.</param>
    /// <param name="secondsPerLook">How far the clock goes on whenever it is looked at.</param>
    private async Task<List<int>> SizesWhenTheFirstComesBack(Func<Task, int, bool> may, double secondsPerLook)
    {
        var sizes = new List<int>();
        var clock = new SteppingClock(secondsPerLook);
        DecodeBatches? batches = null;
        using var began = new ManualResetEventSlim();
        batches = new DecodeBatches(
            new Lock(),
            3,
            requests =>
            {
                sizes.Add(requests.Length);
                began.Set();
                if (sizes.Count == 1)
                    SpinWait.SpinUntil(() => batches!.WaitingCount == 1);
                // Half of it is how long the next run waits.
                clock.Advance(20);
            },
            mostWaitSeconds: 10,
            clock);
        KvCache first = NewCache(), second = NewCache();
        var secondBegins = new TaskCompletionSource<Task>();
        var comesBack = Thread(() =>
        {
            batches.Next(1, first, null!, default);
            var other = secondBegins.Task.GetAwaiter().GetResult();
            SpinWait.SpinUntil(() => may(other, clock.Looks));
            batches.Next(2, first, null!, default);
        });
        began.Wait(TestContext.Current.CancellationToken);
        var asksMeanwhile = Thread(() => batches.Next(1, second, null!, default));
        secondBegins.SetResult(asksMeanwhile);
        await Task.WhenAll(comesBack, asksMeanwhile);
        return sizes;
    }

    private sealed class SteppingClock(double secondsPerLook) : TimeProvider
    {
        private long ticks;
        private int looks;

        public int Looks => Volatile.Read(ref looks);

        public void Advance(double seconds) => Interlocked.Add(ref ticks, (long)(seconds * TimestampFrequency));

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref looks);
            Advance(secondsPerLook);
            return Interlocked.Read(ref ticks);
        }
    }

    [Fact]
    public async Task TwoRequestsForOneCacheGoIntoDifferentRuns()
    {
        Assert.Equal([1, 2, 1], await SizesOfRuns([0, 1, 2, 1]));
    }

    [Fact]
    public async Task WhoIsCancelledWhileWaitingIsNotComputed()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.Equal([1, 2], await SizesOfRuns([0, 1, 2, 3], cancelled: 2, cancellation));
    }

    [Fact]
    public async Task WhoIsDisposedWhileWaitingFailsAlone()
    {
        Assert.Equal([1, 2], await SizesOfRuns([0, 1, 2, 3], disposed: 2));
    }

    [Fact]
    public async Task AFailureReachesEachOfTheRun()
    {
        var failures = 0;
        await SizesOfRuns([0, 1, 2, 3], failing: true, onFailure: error => Interlocked.Add(ref failures, error.Message == "broken" ? 1 : 100));
        Assert.Equal(3, failures);
    }

    /// <summary>Requests of caches by number, the first of which is kept in its run until the others wait.</summary>
    private async Task<List<int>> SizesOfRuns(int[] asked, int cancelled = -1, CancellationTokenSource? cancellation = null, bool failing = false, Action<Exception>? onFailure = null, int disposed = -1)
    {
        var sizes = new List<int>();
        DecodeBatches? batches = null;
        var own = asked.Distinct().ToDictionary(number => number, _ => NewCache());
        var mixed = false;
        using var began = new ManualResetEventSlim();
        batches = new DecodeBatches(new Lock(), 3, requests =>
        {
            // A run throws nothing: what is wrong is seen below.
            sizes.Add(requests.Length);
            mixed |= requests.ToArray().Select(request => request.Cache).Distinct().Count() != requests.Length;
            if (sizes.Count == 1)
            {
                began.Set();
                SpinWait.SpinUntil(() => batches!.WaitingCount == asked.Length - 1);
                cancellation?.Cancel();
                if (disposed >= 0)
                    own[asked[disposed]].Dispose();
            }
            foreach (var request in requests)
            {
                request.NextToken = request.Token + 100;
                if (failing && sizes.Count > 1)
                    request.Failure = new InvalidOperationException("broken");
            }
        });
        var threads = new List<Task<int>>();
        for (var i = 0; i < asked.Length; i++)
        {
            var number = i;
            threads.Add(Thread(() =>
            {
                if (number == cancelled)
                    Assert.ThrowsAny<OperationCanceledException>(() => batches.Next(number, own[asked[number]], null!, cancellation!.Token));
                else if (number == disposed)
                    Assert.Throws<ObjectDisposedException>(() => batches.Next(number, own[asked[number]], null!, default));
                else if (failing && number > 0)
                    onFailure!(Assert.Throws<InvalidOperationException>(() => batches.Next(number, own[asked[number]], null!, default)));
                else
                    Assert.Equal(number + 100, batches.Next(number, own[asked[number]], null!, default));
            }));
            began.Wait(TestContext.Current.CancellationToken);
            if (i > 0)
                SpinWait.SpinUntil(() => batches.WaitingCount == number || sizes.Count > 1 || threads[^1].IsCompleted);
        }
        await Task.WhenAll(threads);
        Assert.Equal(0, batches.WaitingCount);
        Assert.False(mixed);
        return sizes;
    }

    /// <summary>More sessions than a run takes, that begin and end at different times and draw by chance.</summary>
    [Fact]
    public async Task ConcurrentSessionsGetTheTokensTheyGetAlone()
    {
        const int sessions = 7;
        var expected = Enumerable.Range(0, sessions).Select(Tokens).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, sessions).Select(number => Thread(() => Tokens(number))));
        Assert.Equal(expected, together);
        Assert.Equal(sessions, expected.Select(tokens => string.Join(' ', tokens)).Distinct().Count());
    }

    /// <summary>One is cancelled again and again while others go on: it gets its tokens all the same, and so do they.</summary>
    [Fact]
    public async Task CancellingOneDisturbsNobody()
    {
        var expected = Enumerable.Range(0, 3).Select(Tokens).ToArray();
        var cancellations = 0;
        var interrupted = Thread(() => Tokens(0, (tokens, cache, sampler) =>
        {
            for (var delay = 0; ; delay++)
            {
                using var cancellation = new CancellationTokenSource();
                var length = cache.Length;
                if (delay % 4 == 0)
                    cancellation.Cancel();
                else
                    cancellation.CancelAfter(delay / 4);
                try
                {
                    return Engine.Next(tokens, cache, sampler, cancellation.Token);
                }
                catch (OperationCanceledException)
                {
                    cancellations++;
                    Assert.Equal(length, cache.Length);
                }
            }
        }));
        var together = await Task.WhenAll([interrupted, Thread(() => Tokens(1)), Thread(() => Tokens(2))]);
        Assert.Equal(expected, together);
        Assert.True(cancellations > 10);
    }

    /// <summary>Cancelled when the run is over: the cache is as it was, the others have their tokens.</summary>
    [Fact]
    public void WhoIsCancelledDuringTheRunLeavesItsCacheAsItWas()
    {
        using var together = new DecodeTogether(Engine);
        var requests = new List<DecodeRequest>();
        for (var i = 0; i < 3; i++)
        {
            var request = new DecodeRequest();
            request.Set(5 + i, NewCache(), NewSampler(i), i == 1 ? new CancellationToken(true) : default);
            requests.Add(request);
        }
        together.Run([.. requests]);
        Assert.Equal([1, 0, 1], requests.Select(request => request.Cache.Length));
        Assert.Throws<OperationCanceledException>(() => requests[1].Result());
        Assert.Equal(Engine.Next([5], NewCache(), NewSampler(0), default), requests[0].Result());
        Assert.Equal(Engine.Next([7], NewCache(), NewSampler(2), default), requests[2].Result());
    }

    [Fact]
    public void AnEngineThatIsGoneSaysSo()
    {
        using var engine = model.NewEngine(new ModelOptions());
        using var cache = engine.NewCache();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Next([1], cache, NewSampler(0), default));
        Assert.Equal(0, cache.Length);
    }

    [Fact]
    public void MemoryForSeveralSessionsIsPlannedAndOptional()
    {
        using var alone = model.NewEngine(new ModelOptions { MaxBatchSequences = 1, ContextTokens = 200 });
        using var eight = model.NewEngine(new ModelOptions { ContextTokens = 200 });
        Assert.Null(alone.Plan.Batch);
        Assert.True(alone.MemoryPlan.ArenaBytes < Engine.MemoryPlan.ArenaBytes && Engine.MemoryPlan.ArenaBytes < eight.MemoryPlan.ArenaBytes);
        using var cache = alone.NewCache();
        alone.Next([1], cache, NewSampler(0), default);
        Assert.ThrowsAny<ArgumentException>(() => model.NewEngine(new ModelOptions { MaxBatchSequences = 0 }));
    }

    private delegate int NextToken(ReadOnlySpan<int> tokens, KvCache cache, Sampler sampler);

    /// <summary>A prompt and what follows it, of a length that depends on the session.</summary>
    private int[] Tokens(int number) => Tokens(number, (tokens, cache, sampler) => Engine.Next(tokens, cache, sampler, default));

    private int[] Tokens(int number, NextToken next)
    {
        using var cache = Engine.NewCache();
        var sampler = NewSampler(number);
        var tokens = new List<int> { Engine.Next([.. Enumerable.Range(number, 3 + 5 * number)], cache, sampler, default) };
        while (tokens.Count < 40 + 10 * number)
            tokens.Add(next([tokens[^1]], cache, sampler));
        return [.. tokens];
    }

    private KvCache NewCache()
    {
        var cache = Engine.NewCache();
        caches.Add(cache);
        return cache;
    }

    private Sampler NewSampler(int seed) => new(Engine.Config.VocabSize, SamplingSettings.From(new GenerationOptions { Temperature = 1, TopP = 0.9f }, new GenerationDefaults()), (ulong)seed + 1);

    private static Task<int> Thread(Action action) => Thread(() =>
    {
        action();
        return 0;
    });

    /// <summary>None of the pool's: they wait for each other.</summary>
    private static Task<T> Thread<T>(Func<T> function) => Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
