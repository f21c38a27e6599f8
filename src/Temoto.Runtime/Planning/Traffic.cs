namespace Temoto.Planning;

/// <summary>Bytes that go beyond the on-chip level, fetched and written back together. Computed, not measured.</summary>
/// <param name="Stored">Of all of them, those that are written back.</param>
internal readonly record struct Traffic(long Weights, long Activations, long Intermediates, long Kv, long Stored)
{
    public long Total => Weights + Activations + Intermediates + Kv;

    /// <summary>Those that are read.</summary>
    public long Fetched => Total - Stored;

    public static Traffic operator +(Traffic a, Traffic b) =>
        new(a.Weights + b.Weights, a.Activations + b.Activations, a.Intermediates + b.Intermediates, a.Kv + b.Kv, a.Stored + b.Stored);

    public static Traffic operator -(Traffic a, Traffic b) =>
        new(a.Weights - b.Weights, a.Activations - b.Activations, a.Intermediates - b.Intermediates, a.Kv - b.Kv, a.Stored - b.Stored);

    public static Traffic operator *(Traffic a, long times) => new(a.Weights * times, a.Activations * times, a.Intermediates * times, a.Kv * times, a.Stored * times);

    /// <summary>What a cache has moved so far.</summary>
    public static Traffic Of(CacheModel cache) => Of(cache, cache.Written);

    /// <summary>The same once all that is dirty has been written back.</summary>
    public static Traffic CausedIn(CacheModel cache) => Of(cache, cache.Dirtied);

    private static Traffic Of(CacheModel cache, Func<CacheModel.MovedKind, long> stored)
    {
        return new Traffic(
            Moved(CacheModel.MovedKind.Weights),
            Moved(CacheModel.MovedKind.Activations),
            Moved(CacheModel.MovedKind.Intermediates),
            Moved(CacheModel.MovedKind.Kv),
            stored(CacheModel.MovedKind.Activations) + stored(CacheModel.MovedKind.Intermediates) + stored(CacheModel.MovedKind.Kv));

        long Moved(CacheModel.MovedKind kind) => cache.Fetched(kind) + stored(kind);
    }
}
