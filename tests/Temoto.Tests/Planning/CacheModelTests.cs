using Temoto.Planning;

namespace Temoto.Tests.Planning;

public class CacheModelTests
{
    /// <summary>Lines of 64 bytes, the least recently used goes first, a write costs when it leaves.</summary>
    [Fact]
    public void CountsWhatGoesBeyondIt()
    {
        var cache = new CacheModel(4 * 64);
        cache.Touch(0, 256, false, CacheModel.MovedKind.Weights);
        Assert.Equal(256, cache.Fetched(CacheModel.MovedKind.Weights));
        cache.Touch(0, 256, false, CacheModel.MovedKind.Weights);
        Assert.Equal(256, cache.Fetched(CacheModel.MovedKind.Weights));

        // One byte of a fifth line pushes out line 0, the next touch of line 0 pushes out line 1, and so on round.
        cache.Touch(256, 1, true, CacheModel.MovedKind.Activations);
        Assert.Equal(0, cache.Fetched(CacheModel.MovedKind.Activations));
        cache.Touch(0, 256, false, CacheModel.MovedKind.Weights);
        Assert.Equal(512, cache.Fetched(CacheModel.MovedKind.Weights));
        Assert.Equal(64, cache.Written(CacheModel.MovedKind.Activations));

        cache.Touch(63, 2, true, CacheModel.MovedKind.Kv);
        cache.Flush();
        Assert.Equal(128, cache.Written(CacheModel.MovedKind.Kv));
        cache.Touch(0, 64, false, CacheModel.MovedKind.Kv);
        Assert.Equal(64, cache.Fetched(CacheModel.MovedKind.Kv));
    }

    /// <summary>Against a list that is searched from end to end.</summary>
    [Fact]
    public void EqualsTheTextbook()
    {
        var random = new Random(4);
        var cache = new CacheModel(16 * 64);
        var recent = new List<long>();
        long misses = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var line = random.Next(3) == 0 ? random.Next(64) : random.Next(18);
            cache.Touch(line * 64L + random.Next(64), 1, false, CacheModel.MovedKind.Kv);
            if (!recent.Remove(line))
                misses++;
            recent.Add(line);
            if (recent.Count > 16)
                recent.RemoveAt(0);
        }
        Assert.Equal(misses * 64, cache.Fetched(CacheModel.MovedKind.Kv));
    }
}
