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

    public static Traffic operator *(Traffic a, int times) => new(a.Weights * times, a.Activations * times, a.Intermediates * times, a.Kv * times, a.Stored * times);

    /// <summary>What a cache has moved so far.</summary>
    public static Traffic Of(CacheModel cache)
    {
        return new Traffic(
            Moved(CacheModel.MovedKind.Weights),
            Moved(CacheModel.MovedKind.Activations),
            Moved(CacheModel.MovedKind.Intermediates),
            Moved(CacheModel.MovedKind.Kv),
            cache.Written(CacheModel.MovedKind.Activations) + cache.Written(CacheModel.MovedKind.Intermediates) + cache.Written(CacheModel.MovedKind.Kv));

        long Moved(CacheModel.MovedKind kind) => cache.Fetched(kind) + cache.Written(kind);
    }
}
