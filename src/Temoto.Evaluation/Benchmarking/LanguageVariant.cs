using System.Diagnostics;
using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Machine;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>
/// A language model with a cache for each sequence: token ids in, the likeliest token out; no tokenizer, no text, no end tokens. Several sequences run as sessions do, each on a thread of
/// its own.
/// </summary>
internal sealed class LanguageVariant : BenchmarkVariant
{
    private static readonly SamplingSettings Greedy = new(Temperature: 0, TopK: 0, TopP: 1, MinP: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0);

    private readonly ModelEngine engine;
    private readonly List<Sequence> sequences = [];
    private readonly int[] prompt;

    /// <param name="engine">Disposed by the caller, after this.</param>
    public LanguageVariant(ModelEngine engine, string dataflow, string kv)
        : base(dataflow, kv)
    {
        this.engine = engine;
        prompt = new int[engine.ContextTokens];
        // Any ids will do: speed does not depend on them. These touch the whole embedding table.
        var random = new RandomSource(1);
        for (var i = 0; i < prompt.Length; i++)
            prompt[i] = (int)(random.NextDouble() * engine.Config.VocabSize);
    }

    public override EnginePlan Plan => engine.Plan;

    public override bool? ReadsPastCaches => engine.ReadsPastCaches;

    public override WorkerPool Pool => engine.Pool;

    public override double Run(BenchmarkTest test, CancellationToken cancellation)
    {
        while (sequences.Count < test.Sequences)
            sequences.Add(new Sequence(engine, prompt));
        if (test.Phase == Phase.Prefill)
            return sequences[0].Prefill(test.Tokens, cancellation);
        foreach (var sequence in sequences.Take(test.Sequences))
            sequence.FillTo(test.Depth, cancellation);
        var start = Stopwatch.GetTimestamp();
        if (test.Sequences == 1)
        {
            sequences[0].Decode(test, cancellation);
        }
        else
        {
            Task.WhenAll(sequences.Take(test.Sequences).Select(sequence =>
                Task.Factory.StartNew(() => sequence.Decode(test, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).GetAwaiter().GetResult();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public override ProfiledTest Profiled(BenchmarkTest test, TimeProvider clock) => new ProfiledText(engine, prompt, test, clock);

    public override void Dispose()
    {
        foreach (var sequence in sequences)
            sequence.Dispose();
    }

    private sealed class Sequence(ModelEngine engine, int[] prompt) : IDisposable
    {
        private readonly KvCache cache = engine.NewCache();
        private readonly Sampler sampler = new(engine.Config.VocabSize, Greedy, seed: 1);
        private readonly int[] next = new int[1];

        /// <summary>Positions of the cache that hold keys and values.</summary>
        private int filled;

        public double Prefill(int tokens, CancellationToken cancellation)
        {
            cache.Truncate(0);
            var start = Stopwatch.GetTimestamp();
            engine.Next(prompt.AsSpan(0, tokens), cache, sampler, cancellation);
            var elapsed = Stopwatch.GetElapsedTime(start);
            filled = Math.Max(filled, tokens);
            return elapsed.TotalSeconds;
        }

        public void Decode(BenchmarkTest test, CancellationToken cancellation)
        {
            next[0] = prompt[test.Depth];
            for (var i = 0; i < test.Tokens; i++)
                next[0] = engine.Next(next, cache, sampler, cancellation);
            filled = Math.Max(filled, test.ContextTokens);
        }

        /// <summary>Makes the cache <paramref name="depth"/> tokens long. What lies there from earlier runs is as good as anything.</summary>
        public void FillTo(int depth, CancellationToken cancellation)
        {
            if (filled < depth)
                Prefill(depth, cancellation);
            if (cache.Length > depth)
                cache.Truncate(depth);
            else
                cache.Advance(depth - cache.Length);
        }

        public void Dispose() => engine.Release(cache);
    }
}
