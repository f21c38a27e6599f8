using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>A prompt, or tokens one by one of one sequence or of several at the same time.</summary>
internal sealed class ProfiledText : ProfiledTest
{
    private static readonly SamplingSettings Greedy = new(Temperature: 0, TopK: 0, TopP: 1, MinP: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0);

    private readonly ModelEngine engine;
    private readonly int[] prompt;
    private readonly KvCache[] caches;

    /// <summary>The next token of each sequence.</summary>
    private readonly int[] next;

    /// <param name="prompt">As many token ids as a sequence may have.</param>
    public ProfiledText(ModelEngine engine, int[] prompt, BenchmarkTest test, TimeProvider clock)
        : this(engine, TestRuns.PlanOf(engine.Plan, test), prompt, test, clock)
    {
    }

    private ProfiledText(ModelEngine engine, Plan plan, int[] prompt, BenchmarkTest test, TimeProvider clock)
        : base(test, engine.Plan, plan, engine.NewExecutor(plan), [.. TestRuns.Of(plan, test)], clock)
    {
        this.engine = engine;
        this.prompt = prompt;
        next = new int[test.Sequences];
        caches = new KvCache[test.Sequences];
        for (var sequence = 0; sequence < caches.Length; sequence++)
            caches[sequence] = engine.NewCache();
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var cache in caches)
            engine.Release(cache);
    }

    protected override void Prepare(CancellationToken cancellation)
    {
        foreach (var cache in caches)
        {
            // What lies there from earlier rounds is as good as anything; in the first it is filled.
            if (cache.Length < Test.Depth)
                engine.Next(prompt.AsSpan(cache.Length, Test.Depth - cache.Length), cache, new Sampler(engine.Config.VocabSize, Greedy, seed: 1), cancellation);
            cache.Truncate(Test.Depth);
        }
    }

    protected override void Run(int run, CancellationToken cancellation)
    {
        var shape = Runs[run];
        if (Test.Phase == Phase.Prefill)
        {
            Executor.Forward(prompt.AsSpan(shape.Positions[0], shape.Tokens), caches[0], shape.LogitRows, cancellation);
            return;
        }
        Array.Fill(next, prompt[shape.Positions[0]]);
        if (caches.Length == 1)
            Executor.Forward(next, caches[0], 1, cancellation);
        else
            Executor.Forward(next, caches, cancellation);
    }
}
