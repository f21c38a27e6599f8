using Temoto.Planning.Host;
using Temoto.Plans;

namespace Temoto.Evaluation.Benchmarking;

/// <summary>What reading allows: nobody moves so many bytes in less time than the read loop takes for as many.</summary>
/// <param name="Bytes">Of a whole test, computed from the plan.</param>
/// <param name="Holds">Whether they come from memory. A cache gives weights that it holds, or a large part of them, faster than memory would.</param>
internal readonly record struct ReadBound(double Bytes, bool Holds)
{
    /// <summary>Weights this many times as large as the last-level cache find little of themselves there from one token to the next.</summary>
    private const int CacheMultiple = 4;

    public static ReadBound Of(BenchmarkVariant variant, BenchmarkTest test)
    {
        var result = BenchmarkResult.Of(variant, test, [1.0]);
        return Of(test, result.WeightBytesPerToken * test.Sequences, result.BytesPerToken, HostProcessor.LastLevelBytes);
    }

    /// <summary>Of decode alone: a prompt is bound by arithmetic.</summary>
    public static ReadBound Of(BenchmarkTest test, long weightBytes, long bytesPerToken, long cacheBytes) =>
        new((double)bytesPerToken * test.AllTokens, test.Phase == Phase.Decode && weightBytes > CacheMultiple * cacheBytes);

    /// <summary>Then the machine was slower for the read loop than for the test: what either says of the other is worth nothing.</summary>
    public bool IsBeaten(double seconds, double readBytesPerSecond) => Holds && Bytes / seconds > readBytesPerSecond;
}
