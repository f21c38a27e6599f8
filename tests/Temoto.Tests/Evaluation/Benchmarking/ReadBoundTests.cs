using Temoto.Evaluation.Benchmarking;
using Temoto.Plans;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class ReadBoundTests
{
    private const long CacheBytes = 32 << 20;

    private static readonly BenchmarkTest Decode = new(Phase.Decode, 10, Sequences: 2);

    [Fact]
    public void BytesAreThoseOfAllTokens() =>
        Assert.Equal(20 * 3e6, ReadBound.Of(Decode, 6_000_000, 3_000_000, CacheBytes).Bytes);

    /// <summary>20 tokens of 100 MB are 2 GB: at 10 GB/s they take 0.2 s, and not less.</summary>
    [Theory]
    [InlineData(0.199, true)]
    [InlineData(0.2, false)]
    [InlineData(0.3, false)]
    public void ATestThatIsFasterThanReadingBeatsIt(double seconds, bool beaten) =>
        Assert.Equal(beaten, ReadBound.Of(Decode, 200_000_000, 100_000_000, CacheBytes).IsBeaten(seconds, 10e9));

    [Fact]
    public void WeightsThatACacheHoldsAndPromptsAreNotJudged()
    {
        Assert.False(ReadBound.Of(Decode, 4 * CacheBytes, 100_000_000, CacheBytes).IsBeaten(1e-6, 10e9));
        Assert.True(ReadBound.Of(Decode, 4 * CacheBytes + 1, 100_000_000, CacheBytes).IsBeaten(1e-6, 10e9));
        Assert.False(ReadBound.Of(new BenchmarkTest(Phase.Prefill, 512), 400_000_000, 100_000_000, CacheBytes).IsBeaten(1e-6, 10e9));
    }
}
