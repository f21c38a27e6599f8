namespace Temoto;

/// <summary>How the KV cache is stored.</summary>
public enum KvCacheType
{
    /// <summary>IEEE half floats: exact enough that perplexity does not move.</summary>
    F16,

    /// <summary>8-bit integers with a scale per position and head: half the memory of F16.</summary>
    Int8,

    /// <summary>Single floats; what <see cref="ModelOptions.Precise"/> uses.</summary>
    F32,
}

/// <summary>How a model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads to compute with; null takes one per processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Kernel set by name (vector512, vector256, vector128, scalar); null takes <c>TEMOTO_KERNELS</c> or the best this processor runs.</summary>
    public string? Kernels { get; init; }

    /// <summary>Tokens a session can hold; null takes the model's own limit, at most 4096.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>How keys and values are stored; null takes F16 (F32 with <see cref="Precise"/>).</summary>
    public KvCacheType? KvCache { get; init; }

    /// <summary>The in-house oracle: dequantized weights, float32 activations, float64 sums. Slow.</summary>
    public bool Precise { get; init; }

    /// <summary>Called with the memory plan before anything large is allocated.</summary>
    public Action<MemoryPlan>? MemoryPlanned { get; init; }
}
