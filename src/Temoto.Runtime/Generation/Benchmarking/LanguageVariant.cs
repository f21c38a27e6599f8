using System.Diagnostics;
using Temoto.Dataflow;
using Temoto.Generation.Execution;
using Temoto.Kernels;

namespace Temoto.Generation.Benchmarking;

/// <summary>A language model with a cache of its own: token ids in, the likeliest token out; no tokenizer, no text, no end tokens.</summary>
internal sealed class LanguageVariant : BenchmarkVariant
{
    private static readonly SamplingSettings Greedy = new(Temperature: 0, TopK: 0, TopP: 1, MinP: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0);

    private readonly ModelEngine engine;
    private readonly KvCache cache;
    private readonly Sampler sampler;
    private readonly int[] prompt;
    private readonly int[] next = new int[1];

    /// <summary>Positions of the cache that hold keys and values.</summary>
    private int filled;

    /// <param name="engine">Disposed by the caller, after this.</param>
    public LanguageVariant(ModelEngine engine, string dataflow, string kv)
        : base(dataflow, kv)
    {
        this.engine = engine;
        cache = engine.NewCache();
        sampler = new Sampler(engine.Config.VocabSize, Greedy, seed: 1);
        prompt = new int[engine.ContextTokens];
        // Any ids will do: speed does not depend on them. These touch the whole embedding table.
        var random = new RandomSource(1);
        for (var i = 0; i < prompt.Length; i++)
            prompt[i] = (int)(random.NextDouble() * engine.Config.VocabSize);
    }

    public override EnginePlan Plan => engine.Plan;

    public override WorkerPool Pool => engine.Pool;

    public override double Run(BenchmarkTest test, CancellationToken cancellation)
    {
        if (test.Phase == Phase.Prefill)
        {
            cache.Truncate(0);
            var began = Stopwatch.GetTimestamp();
            engine.Next(prompt.AsSpan(0, test.Tokens), cache, sampler, cancellation);
            var took = Stopwatch.GetElapsedTime(began);
            filled = Math.Max(filled, test.Tokens);
            return took.TotalSeconds;
        }
        FillTo(test.Depth, cancellation);
        next[0] = prompt[test.Depth];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < test.Tokens; i++)
            next[0] = engine.Next(next, cache, sampler, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(start);
        filled = Math.Max(filled, test.ContextTokens);
        return elapsed.TotalSeconds;
    }

    /// <summary>Makes the cache <paramref name="depth"/> tokens long. What lies there from earlier runs is as good as anything.</summary>
    private void FillTo(int depth, CancellationToken cancellation)
    {
        if (filled < depth)
        {
            cache.Truncate(0);
            engine.Next(prompt.AsSpan(0, depth), cache, sampler, cancellation);
            filled = depth;
        }
        if (cache.Length > depth)
            cache.Truncate(depth);
        else
            cache.Advance(depth - cache.Length);
    }

    public override void Dispose() => engine.Release(cache);
}
