using Temoto.Machine;

namespace Temoto.Generation.Execution;

/// <summary>Carries out the next token of several sessions: one run, then each session's sampler on its row of logits, side by side on the engine's threads.</summary>
internal sealed class DecodeTogether : IParallelWork, IDisposable
{
    private readonly ModelEngine engine;
    private readonly PlanExecutor executor;
    private readonly int vocab;
    private readonly DecodeRequest[] requests;
    private readonly int[] tokens;
    private readonly KvCache[] caches;
    private unsafe float* logits;

    public DecodeTogether(ModelEngine engine)
    {
        this.engine = engine;
        var plan = engine.Plan.Batch!;
        executor = engine.NewExecutor(plan);
        vocab = (int)plan.Logits.Shape[1];
        requests = new DecodeRequest[plan.MaxTokens];
        tokens = new int[plan.MaxTokens];
        caches = new KvCache[plan.MaxTokens];
    }

    /// <inheritdoc cref="PlanExecutor.ForwardEach"/>
    public ReadOnlySpan<float> ForwardEach(ReadOnlySpan<int> following, KvCache cache, CancellationToken cancellation) => executor.ForwardEach(following, cache, cancellation);

    /// <summary>Sets the token or the failure of each. A request that is cancelled during the run leaves its cache as it was; the others notice nothing.</summary>
    public unsafe void Run(ReadOnlySpan<DecodeRequest> asked)
    {
        asked.CopyTo(requests);
        for (var i = 0; i < asked.Length; i++)
        {
            tokens[i] = asked[i].Token;
            caches[i] = asked[i].Cache;
        }
        try
        {
            fixed (float* rows = executor.Forward(tokens.AsSpan(0, asked.Length), caches.AsSpan(0, asked.Length)))
            {
                // Outside managed memory: it stays where it is.
                logits = rows;
            }
            engine.Pool.Run(this, asked.Length);
        }
        finally
        {
            Array.Clear(requests);
            Array.Clear(caches);
        }
    }

    /// <summary>Samples for one session. Its failures are its own.</summary>
    public unsafe void Execute(int chunk, int worker)
    {
        var request = requests[chunk];
        if (request.Cancellation.IsCancellationRequested)
        {
            request.Cache.Truncate(request.Cache.Length - 1);
            request.Failure = new OperationCanceledException(request.Cancellation);
            return;
        }
        try
        {
            var row = new ReadOnlySpan<float>(logits + (long)chunk * vocab, vocab);
            engine.RequireNumbers(row);
            request.NextToken = request.Sampler.Next(row);
        }
        catch (Exception error)
        {
            request.Failure = error;
        }
    }

    public void Dispose() => executor.Dispose();
}
