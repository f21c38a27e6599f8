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

    /// <summary>Runs of bytes in every size, close together and far apart, far longer than the cache or short: counted like their lines, touched one by one in a list of pages that is searched from end to end.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(4136)]
    public void RunsCountLikeTheirLines(int lines)
    {
        var random = new Random(lines);
        var cache = new CacheModel(lines * 64L);
        var plain = new PlainCache(lines, cache.PageLines);
        for (var access = 0; access < Thoroughness.Cases(400); access++)
        {
            var kind = (CacheModel.MovedKind)random.Next(4);
            var write = kind != CacheModel.MovedKind.Weights && random.Next(2) == 0;
            var address = random.NextInt64(lines * 64L * 4);
            var bytes = Size(lines * 64L * 4);
            // All in all not many times what the cache holds.
            var count = 1 + random.NextInt64(Math.Min(300, 1 + lines * 64L * 6 / bytes));
            var stride = bytes + (random.Next(3) == 0 ? 0 : Size(random.Next(2) == 0 ? 100 : 10_000));
            cache.Touch(address, bytes, stride, count, write, kind);
            for (var run = 0L; run < count; run++)
            {
                for (var line = (address + run * stride) / 64; line <= (address + run * stride + bytes - 1) / 64; line++)
                    plain.Touch(line, write, kind);
            }
            if (random.Next(50) == 0)
            {
                cache.Flush();
                plain.Flush();
            }
            foreach (var moved in Enum.GetValues<CacheModel.MovedKind>())
                Assert.Equal((access, moved, plain.Fetched[(int)moved], plain.Written[(int)moved]), (access, moved, cache.Fetched(moved) / 64, cache.Written(moved) / 64));
        }

        // As many of a few bytes as of many.
        long Size(long most) => (long)Math.Exp(random.NextDouble() * Math.Log(most));
    }

    /// <summary>The textbook with pages; lines, not bytes.</summary>
    private sealed class PlainCache(int capacity, int pageLines)
    {
        /// <summary>The least recently used first.</summary>
        private readonly List<(long Page, Dictionary<long, CacheModel.MovedKind?> WriterOf)> pages = [];

        public long[] Fetched { get; } = new long[4];

        public long[] Written { get; } = new long[4];

        public void Touch(long line, bool write, CacheModel.MovedKind kind)
        {
            var index = pages.FindLastIndex(page => page.Page == line / pageLines);
            var page = index < 0 ? (line / pageLines, []) : pages[index];
            if (index >= 0)
                pages.RemoveAt(index);
            pages.Add(page);
            if (!page.WriterOf.ContainsKey(line) && !write)
                Fetched[(int)kind]++;
            page.WriterOf[line] = write ? kind : page.WriterOf.GetValueOrDefault(line);
            while (pages.Sum(item => item.WriterOf.Count) > capacity)
                Evict();
        }

        public void Flush()
        {
            while (pages.Count > 0)
                Evict();
        }

        private void Evict()
        {
            foreach (var writer in pages[0].WriterOf.Values.OfType<CacheModel.MovedKind>())
                Written[(int)writer]++;
            pages.RemoveAt(0);
        }
    }
}
