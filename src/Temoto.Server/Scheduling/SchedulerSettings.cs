namespace Temoto.Server.Scheduling;

/// <summary>How much is taken on at a time.</summary>
internal sealed record SchedulerSettings
{
    /// <summary>Texts that are generated at a time, each with a KV cache of its own.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Texts that may wait for a slot.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>Tokens of a prompt that are computed between two tokens of the others: what these wait at most.</summary>
    public int ChunkTokens { get; init; } = 256;

    /// <summary>Longest time of a text from its request to its end, the wait for a slot included.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What prompts' keys and values may take beside the slots, so that other requests can begin with them; 0 keeps none.</summary>
    public long PrefixCacheBytes { get; init; }

    /// <summary>The file that keeps them across restarts; null for none.</summary>
    public string? PrefixCachePath { get; init; }

    /// <summary>These settings with the slots and the cache that fit beside a model.</summary>
    /// <exception cref="InputException">What was asked for does not fit.</exception>
    public SchedulerSettings Fitting(MemoryPlan memory, int? slots, long? prefixCacheBytes)
    {
        var spare = memory.AvailableBytes - memory.TotalBytes;
        var count = slots ?? (int)Math.Clamp(spare / 2 / Math.Max(1, memory.KvBytes) + 1, 1, ServerSettings.DefaultSlots);
        spare -= (count - 1) * memory.KvBytes;
        if (spare < 0)
            throw new InputException("--slots", null, $"{count}, each with a KV cache of {MemoryPlan.Mebibytes(memory.KvBytes)}", $"at most {MemoryPlan.Mebibytes(memory.AvailableBytes)} with the model", "lower it, or shorten --context");
        var bytes = prefixCacheBytes ?? Math.Min(spare / 4, ServerSettings.DefaultPrefixCacheBytes);
        if (bytes > spare)
            throw new InputException("--prefix-cache-size", null, MemoryPlan.Mebibytes(bytes), $"at most the {MemoryPlan.Mebibytes(spare)} that are left", "lower it");
        return this with { Slots = count, PrefixCacheBytes = bytes };
    }
}
