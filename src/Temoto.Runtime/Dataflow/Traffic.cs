namespace Temoto.Dataflow;

/// <summary>Bytes that go beyond the on-chip level, fetched and written back together. Computed, not measured.</summary>
internal readonly record struct Traffic(long Weights, long Activations, long Intermediates, long Kv)
{
    public long Total => Weights + Activations + Intermediates + Kv;

    public static Traffic operator +(Traffic a, Traffic b) => new(a.Weights + b.Weights, a.Activations + b.Activations, a.Intermediates + b.Intermediates, a.Kv + b.Kv);

    public static Traffic operator -(Traffic a, Traffic b) => new(a.Weights - b.Weights, a.Activations - b.Activations, a.Intermediates - b.Intermediates, a.Kv - b.Kv);

    /// <summary>What a cache has moved so far.</summary>
    public static Traffic Of(CacheModel cache)
    {
        return new Traffic(Moved(CacheModel.Operand.Weights), Moved(CacheModel.Operand.Activations), Moved(CacheModel.Operand.Intermediates), Moved(CacheModel.Operand.Kv));

        long Moved(CacheModel.Operand operand) => cache.Fetched(operand) + cache.Written(operand);
    }
}
