using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>What one test of one variant showed.</summary>
/// <param name="TokensPerSecond">Measured; of all sequences together.</param>
/// <param name="WeightBytesPerToken">Computed from the plan.</param>
/// <param name="BytesPerToken">
/// Computed from the plan, mean over the tokens of the test. Decode: weights, KV cache and all activations (<see cref="PlanFigures.BytesPerToken"/>); prefill: what goes beyond the
/// on-chip level (<see cref="TrafficLedger"/>).
/// </param>
/// <param name="ActivationBytes">Activations, scratch and tables that the phase's plan holds in memory.</param>
internal sealed record BenchmarkResult(BenchmarkVariant Variant, BenchmarkTest Test, Spread TokensPerSecond, long WeightBytesPerToken, long BytesPerToken, long ActivationBytes)
{
    /// <summary>Measured; null for a test of language.</summary>
    public Spread? PicturesPerSecond => Test.Picture ? new Spread(TokensPerSecond.Median / Test.Tokens, TokensPerSecond.Min / Test.Tokens, TokensPerSecond.Max / Test.Tokens) : null;

    /// <summary>Computed bytes per second of the median over the bandwidth measured in the same run: 1 is what reading alone would take.</summary>
    public double RooflineFraction(double readBytesPerSecond) => BytesPerToken * TokensPerSecond.Median / readBytesPerSecond;

    /// <summary>Tokens per second of each sequence.</summary>
    public Spread TokensPerSecondPerSequence => new(TokensPerSecond.Median / Test.Sequences, TokensPerSecond.Min / Test.Sequences, TokensPerSecond.Max / Test.Sequences);

    /// <summary>Of decode: what one run moves, which gives each sequence a token. Computed.</summary>
    public long BytesPerRun => BytesPerToken * Test.Sequences;

    public static BenchmarkResult Of(BenchmarkVariant variant, BenchmarkTest test, IReadOnlyCollection<double> seconds)
    {
        var engine = variant.Plan;
        if (test.Phase == Phase.Decode)
        {
            var run = test.Sequences == 1 ? engine.Decode : engine.Batch!;
            var figures = new PlanFigures(run);
            var moved = Enumerable.Range(0, test.Tokens).Sum(done => figures.BytesPerRun(test.Sequences, test.Depth + done));
            return new BenchmarkResult(variant, test, Rates(), figures.WeightBytesPerRun(test.Sequences) / test.Sequences, moved / test.AllTokens, engine.ActivationBytes(run));
        }
        var plan = engine.Prefill;
        long weights = 0, bytes = 0;
        for (var done = 0; done < test.Tokens;)
        {
            var count = Math.Min(plan.MaxTokens, test.Tokens - done);
            // Only the last part of a prompt gives logits.
            var logits = done + count == test.Tokens;
            weights += logits ? engine.PrefillFigures.WeightBytes : engine.PrefillFigures.WeightBytesWithoutLogits;
            bytes += engine.PrefillBytes(count, done, logits ? 1 : 0);
            done += count;
        }
        return new BenchmarkResult(variant, test, Rates(), weights / test.Tokens, bytes / test.Tokens, engine.ActivationBytes(plan));

        Spread Rates() => Spread.Of([.. seconds.Select(value => test.AllTokens / value)]);
    }
}
