using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Generation.Drafting;
using Temoto.Kernels.Integers;
using Temoto.Machine;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Generation.Execution;

/// <summary>
/// A checkpoint made ready to compute: graph, checked weights, kernels, threads and one executor per phase. Shared by all sessions of a model;
/// one forward run at a time.
/// </summary>
internal sealed class ModelEngine : IDisposable
{
    private readonly Lock runLock = new();
    private readonly EnginePlan plan;
    private readonly string path;

    // Null only while the constructor fails.
    private readonly BoundWeights weights = null!;
    private readonly WorkerPool pool = null!;
    private readonly PlanExecutor prefill = null!;
    private readonly PlanExecutor decode = null!;
    private readonly DecodeBatches? batches;

    /// <summary>What a run of several sessions needs, made at the first.</summary>
    private DecodeTogether? together;
    private Task? preparation;
    private bool disposed;

    public ModelEngine(Checkpoint checkpoint, ModelOptions options)
    {
        Config = checkpoint.Config;
        path = checkpoint.Path;
        plan = EnginePlan.Fitting(checkpoint, options, "shorten ModelOptions.ContextTokens, use KvCacheType.Int8, DataflowChoice.Tphs or a smaller model");

        try
        {
            checkpoint.Settle(options.Load == ModelLoad.Copy, options.Verify);
            pool = new WorkerPool(plan.Threads);
            weights = new BoundWeights(plan, checkpoint, pool);
            prefill = NewExecutor(plan.Prefill);
            decode = NewExecutor(plan.Decode);
            ReadsPastCaches = PanelReading.Choose(weights.Matrices, plan.Kernels.Integers, pool);
            RunSeconds = new RunSeconds(MostTogether);
            batches = plan.Batch is null ? null : new DecodeBatches(runLock, plan.Batch.MaxTokens, Decode);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelConfig Config { get; }

    public bool IsDisposed => disposed;

    public int ContextTokens => plan.ContextTokens;

    public EnginePlan Plan => plan;

    public MemoryPlan MemoryPlan => plan.Memory;

    public Plan PrefillPlan => plan.Prefill;

    public Plan DecodePlan => plan.Decode;

    /// <summary>How weights are read for one token (<see cref="PanelReading"/>); null where nothing was to choose.</summary>
    public bool? ReadsPastCaches { get; }

    public string KernelsName => plan.Kernels.Name;

    public int Threads => plan.Threads;

    /// <summary>Threads that compute, for measurements beside the engine.</summary>
    public WorkerPool Pool => pool;

    public KvCache NewCache() => new(plan.Decode.Kv!);

    /// <summary>Frees a cache, after the run that may be using it.</summary>
    public void Release(KvCache cache)
    {
        lock (runLock)
            cache.Dispose();
    }

    /// <summary>See <see cref="EnginePlan.NewPlan"/>.</summary>
    public Plan NewPlan(Phase phase, int maxTokens, int maxLogitRows) => plan.NewPlan(phase, maxTokens, maxLogitRows);

    /// <summary>An executor on this model's weights and threads. The caller disposes it, and must hold no session running meanwhile.</summary>
    public PlanExecutor NewExecutor(Plan steps) => new(steps, weights, plan.Kernels, pool);

    /// <summary>
    /// Appends tokens to the cache in runs of the prefill plan's size and lets <paramref name="sampler"/> draw the next token. Between runs other
    /// sessions may compute. One token is computed in one run with those of other sessions that ask at the same time; what it gives does not depend on them.
    /// <paramref name="cancellation"/> is looked at between operations (in a run for several sessions: before it and after it); an interrupted run leaves the cache as it was.
    /// </summary>
    public int Next(ReadOnlySpan<int> tokens, KvCache cache, Sampler sampler, CancellationToken cancellation)
    {
        if (tokens.Length == 1 && batches is not null)
        {
            // Here, so that a wrong request fails alone.
            decode.Check(tokens, cache);
            return batches.Next(tokens[0], cache, sampler, cancellation);
        }
        while (true)
        {
            var count = Math.Min(tokens.Length, ModelPlans.PrefillTokens);
            if (Prefill(tokens[..count], cache, count == tokens.Length ? sampler : null, cancellation) is { } token)
                return token;
            tokens = tokens[count..];
        }
    }

    /// <summary>Appends a part of a prompt, at most <see cref="ModelPlans.PrefillTokens"/>, to the cache in one run.</summary>
    /// <param name="sampler">Draws the next token; null where the prompt goes on.</param>
    /// <exception cref="OperationCanceledException">The cache is as it was.</exception>
    public int? Prefill(ReadOnlySpan<int> tokens, KvCache cache, Sampler? sampler, CancellationToken cancellation)
    {
        lock (runLock)
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(LanguageModel));
            var executor = tokens.Length == 1 ? decode : prefill;
            var logits = executor.Forward(tokens, cache, sampler is null ? 0 : 1, cancellation);
            if (sampler is null)
                return null;
            RequireNumbers(logits);
            return sampler.Next(logits);
        }
    }

    /// <summary>
    /// Appends a token and guesses at those behind it to the cache in one run, and gives <paramref name="take"/> the logits of each as long as it says that the next guess was right. The cache
    /// keeps what was right.
    /// </summary>
    /// <param name="tokens">At most <see cref="MostTogether"/>, when <see cref="MayLookAhead"/>.</param>
    /// <param name="take">Takes a row of logits [vocab]; false ends it.</param>
    /// <exception cref="OperationCanceledException">The cache is as it was.</exception>
    public void Verify(ReadOnlySpan<int> tokens, KvCache cache, Func<ReadOnlySpan<float>, bool> take, CancellationToken cancellation)
    {
        lock (runLock)
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(LanguageModel));
            var before = cache.Length;
            var start = Clock.GetTimestamp();
            var logits = together!.ForwardEach(tokens, cache, cancellation);
            RunSeconds.Add(tokens.Length, Clock.GetElapsedTime(start).TotalSeconds);
            var (kept, vocab) = (0, logits.Length / tokens.Length);
            try
            {
                var more = true;
                while (more && kept < tokens.Length)
                {
                    var row = logits.Slice(kept * vocab, vocab);
                    kept++;
                    RequireNumbers(row);
                    more = take(row);
                }
            }
            finally
            {
                cache.Truncate(before + kept);
            }
        }
    }

    /// <summary>
    /// Whether a sequence may be computed some tokens ahead: there is a plan for several rows, no other sequence would have to wait for it, and what such runs need is ready. The first to ask has that
    /// made ready on a thread of its own, since kernels compile for longer than a short text takes.
    /// </summary>
    public bool MayLookAhead(KvCache cache) => batches is not null && batches.IsAlone(cache) && PrepareTogether().IsCompletedSuccessfully;

    /// <summary>Makes ready what runs of several rows need, once.</summary>
    public Task PrepareTogether()
    {
        return preparation ?? Begin();

        Task Begin()
        {
            lock (runLock)
                return preparation ??= disposed ? Task.FromException(new ObjectDisposedException(typeof(LanguageModel).FullName)) : Task.Run(MakeTogether);
        }
    }

    private void MakeTogether()
    {
        if (plan.Kernels.Integers is { } integers)
        {
            foreach (var use in plan.Graph.Weights)
            {
                if (use.Shape.Count > 1 && weights.Of(use.Name) is var weight && IntegerDot.Takes(weight))
                    integers.PrepareSequences(weight);
            }
        }
        lock (runLock)
        {
            if (!disposed)
                together ??= new DecodeTogether(this);
        }
    }

    /// <summary>Measures decode runs, for <see cref="RunSeconds"/>.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>What decode runs take; touched during runs alone.</summary>
    public RunSeconds RunSeconds { get; } = null!;

    /// <summary>Sequences of one run, at most.</summary>
    public int MostTogether => plan.Batch?.MaxTokens ?? 1;

    /// <summary>The next token of several sequences in one run, for a caller that has gathered them itself: at most <see cref="MostTogether"/>, of different caches. Sets the token or the failure of each.</summary>
    public void DecodeOnce(ReadOnlySpan<DecodeRequest> requests)
    {
        if (batches is not null)
        {
            batches.RunGathered(requests);
            return;
        }
        lock (runLock)
            Decode(requests);
    }

    private void Decode(ReadOnlySpan<DecodeRequest> requests)
    {
        try
        {
            ObjectDisposedException.ThrowIf(disposed, typeof(LanguageModel));
            if (requests.Length > 1)
            {
                together ??= new DecodeTogether(this);
                together.Run(requests);
                return;
            }
            var request = requests[0];
            var start = Clock.GetTimestamp();
            var logits = decode.Forward([request.Token], request.Cache, 1, request.Cancellation);
            RunSeconds.Add(1, Clock.GetElapsedTime(start).TotalSeconds);
            RequireNumbers(logits);
            request.NextToken = request.Sampler.Next(logits);
        }
        catch (Exception error)
        {
            // Each of them throws it on its own thread.
            foreach (var request in requests)
                request.Failure = error;
        }
    }

    /// <summary>A damaged weight shows here first: better one line than a text of nothing.</summary>
    /// <exception cref="InputException">A logit is no finite number.</exception>
    public unsafe void RequireNumbers(ReadOnlySpan<float> logits)
    {
        fixed (float* values = logits)
        {
            if (!float.IsFinite(plan.Kernels.MaxMagnitude(values, logits.Length)))
                throw new InputException(path, "logits", "not a number or infinity", "finite numbers", "the weights are damaged: fetch them again (inspect --verify finds where, in a .temoto file)");
        }
    }

    public void Dispose()
    {
        lock (runLock)
        {
            if (disposed)
                return;
            disposed = true;
        }
        // It reads the weights.
        preparation?.Wait();
        lock (runLock)
        {
            prefill?.Dispose();
            decode?.Dispose();
            together?.Dispose();
            pool?.Dispose();
            weights?.Dispose();
        }
    }
}
