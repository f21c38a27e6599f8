using Temoto.Generation;

namespace Temoto.Evaluation.Serving;

/// <summary>Puts a load on a server and notes what becomes of each request.</summary>
/// <param name="requests">Of each load.</param>
internal sealed class ServerLoad(ServerClient client, WordPrompts prompts, int requests, ulong seed, TimeProvider clock)
{
    /// <summary>How long a client of a closed loop waits that was refused.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(1);

    /// <param name="firstRequest">Number of the first prompt: loads that follow each other ask for different ones, so that none is in a cache of prompts.</param>
    /// <param name="progress">Gets the requests that are done, and all.</param>
    public async Task<ServerLoadResult> RunAsync(ServerTest test, int firstRequest, Action<int, int>? progress, CancellationToken cancellation)
    {
        var answers = new ServerAnswer[requests];
        var done = 0;
        var start = clock.GetTimestamp();
        if (test.Clients is { } clients)
            await ClosedAsync(clients).ConfigureAwait(false);
        else
            await OpenAsync(test.RequestsPerSecond!.Value).ConfigureAwait(false);
        return new ServerLoadResult(test, answers, clock.GetElapsedTime(start).TotalSeconds);

        async Task ClosedAsync(int count)
        {
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) is var request && request < requests)
                {
                    await AskAsync(request, clock.GetTimestamp()).ConfigureAwait(false);
                    if (answers[request].End == AnswerEnd.Refused)
                        await Task.Delay(AfterRefusal, clock, cancellation).ConfigureAwait(false);
                }
            })).ConfigureAwait(false);
        }

        async Task OpenAsync(double rate)
        {
            var asked = new List<Task>();
            foreach (var (request, second) in Arrivals(rate, requests, seed).Index())
            {
                var due = TimeSpan.FromSeconds(second);
                if (due - clock.GetElapsedTime(start) is { Ticks: > 0 } wait)
                    await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
                // Late or not, it was due then: what the loop itself loses counts against the server rather than for it.
                asked.Add(AskAsync(request, start + (long)(due.TotalSeconds * clock.TimestampFrequency)));
            }
            await Task.WhenAll(asked).ConfigureAwait(false);
        }

        async Task AskAsync(int request, long due)
        {
            answers[request] = await client.AskAsync(prompts.Of(firstRequest + request, test.PromptTokens), test.AnswerTokens, due, cancellation).ConfigureAwait(false);
            progress?.Invoke(Interlocked.Increment(ref done), requests);
        }
    }

    /// <summary>Seconds at which requests come: gaps of an exponential distribution with mean 1 / rate.</summary>
    public static IEnumerable<double> Arrivals(double rate, int count, ulong seed)
    {
        var random = new RandomSource(seed);
        var second = 0.0;
        for (var i = 0; i < count; i++)
        {
            yield return second;
            second -= Math.Log(1 - random.NextDouble()) / rate;
        }
    }
}
