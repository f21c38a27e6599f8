using Temoto.Models.Encoders;

namespace Temoto.Tests.Models;

public class MpNetTests
{
    /// <summary>T5's table of 32 buckets: 8 distances each way have one of their own, then ever more share one, and from 128 on all do.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 1)]
    [InlineData(-7, 7)]
    [InlineData(-8, 8)]
    [InlineData(-15, 9)]
    [InlineData(-16, 10)]
    [InlineData(-32, 12)]
    [InlineData(-64, 14)]
    [InlineData(-91, 15)]
    [InlineData(-500, 15)]
    [InlineData(1, 17)]
    [InlineData(8, 24)]
    [InlineData(500, 31)]
    public void DistancesFallIntoBuckets(int distance, int bucket) => Assert.Equal(bucket, MpNet.BucketOf(distance, 32));
}
