using Temoto.Dataflow;

namespace Temoto.Generation.Benchmarking;

/// <summary>What one test of one variant showed.</summary>
/// <param name="TokensPerSecond">Measured.</param>
/// <param name="WeightBytesPerToken">Computed from the plan.</param>
/// <param name="BytesPerToken">
/// Computed from the plan, mean over the tokens of the test. Decode: weights, KV cache and all activations (<see cref="Plan.BytesPerToken"/>); prefill: what goes beyond the
/// on-chip level (<see cref="TrafficLedger"/>).
/// </param>
/// <param name="ActivationBytes">Activations, scratch and tables that the phase's plan holds in memory.</param>
internal sealed record BenchmarkResult(BenchmarkVariant Variant, BenchmarkTest Test, Spread TokensPerSecond, long WeightBytesPerToken, long BytesPerToken, long ActivationBytes)
{
    /// <summary>Measured; null for a test of language.</summary>
    public Spread? PicturesPerSecond => Test.Picture ? new Spread(TokensPerSecond.Median / Test.Tokens, TokensPerSecond.Min / Test.Tokens, TokensPerSecond.Max / Test.Tokens) : null;

    /// <summary>Computed bytes per second of the median over the bandwidth measured in the same run: 1 is what reading alone would take.</summary>
    public double RooflineFraction(double readBytesPerSecond) => BytesPerToken * TokensPerSecond.Median / readBytesPerSecond;

    public static BenchmarkResult Of(BenchmarkVariant variant, BenchmarkTest test, IReadOnlyCollection<double> seconds)
    {
        var engine = variant.Plan;
        var plan = test.Phase == Phase.Prefill ? engine.Prefill : engine.Decode;
        long weights = 0, bytes = 0;
        for (var done = 0; done < test.Tokens;)
        {
            var count = Math.Min(plan.MaxTokens, test.Tokens - done);
            // Only the last part of a prompt gives logits.
            var logits = test.Phase == Phase.Decode || done + count == test.Tokens;
            weights += logits ? plan.WeightBytes : plan.WeightBytesWithoutLogits;
            bytes += test.Phase == Phase.Prefill ? engine.PrefillBytes(count, done, logits ? 1 : 0) : plan.BytesPerToken(test.Depth + done);
            done += count;
        }
        return new BenchmarkResult(variant, test, Spread.Of([.. seconds.Select(value => test.Tokens / value)]), weights / test.Tokens, bytes / test.Tokens, engine.ActivationBytes(test.Phase));
    }
}
