namespace Temoto;

/// <summary>What a model will need, known before it is loaded.</summary>
/// <param name="WeightBytes">Weights, mapped from the file.</param>
/// <param name="KvBytes">Keys and values of one session at full context.</param>
/// <param name="ArenaBytes">Activations and scratch, with those of runs for several sessions.</param>
/// <param name="AvailableBytes">Physical memory, or the container's limit.</param>
/// <param name="ContextTokens">Tokens a session can hold.</param>
public sealed record MemoryPlan(long WeightBytes, long KvBytes, long ArenaBytes, long AvailableBytes, int ContextTokens)
{
    /// <summary>Everything together.</summary>
    public long TotalBytes => WeightBytes + KvBytes + ArenaBytes;

    /// <summary>One line in MiB, as the command prints it.</summary>
    public override string ToString() =>
        $"memory: weights {Mebibytes(WeightBytes)}, KV cache {Mebibytes(KvBytes)} at {ContextTokens} tokens, activations {Mebibytes(ArenaBytes)}, "
        + $"together {Mebibytes(TotalBytes)} of {Mebibytes(AvailableBytes)}";

    private static string Mebibytes(long bytes) => $"{bytes / 1048576.0:0.0} MiB";
}
