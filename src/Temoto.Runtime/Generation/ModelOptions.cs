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

/// <summary>What activations are when they meet int4 and int8 weights.</summary>
public enum ActivationType
{
    /// <summary>Single floats.</summary>
    F32,

    /// <summary>8-bit integers with a scale per token and 32 columns, so that products are computed in integers.</summary>
    Int8,
}

/// <summary>How the attention of a prompt is carried out.</summary>
public enum DataflowChoice
{
    /// <summary>What the planner prices lower.</summary>
    Auto,

    /// <summary>Every operation by itself, scores and probabilities stored in memory.</summary>
    Gemm,

    /// <summary>Token-parallel, head-sequential: queries, scores and probabilities stay in the cache of a core.</summary>
    Tphs,
}

/// <summary>What becomes of packed weights when a model is loaded.</summary>
public enum PackedWeightsChoice
{
    /// <summary>What the planner prices lower, weight by weight, as far as memory allows.</summary>
    Auto,

    /// <summary>They stay packed and are decoded for each token: least memory.</summary>
    Keep,

    /// <summary>They are laid out plain once.</summary>
    Unpack,
}

/// <summary>Whether integer weights are laid out for the kernels when a model is loaded.</summary>
public enum RepackChoice
{
    /// <summary>Where the kernels are faster for it and memory allows: tokens come up to twice as fast. Takes about a second per 2 GB, and memory that the system cannot take back as it can mapped pages.</summary>
    Auto,

    /// <summary>They stay as the file has them: loaded at once, and shared by processes.</summary>
    Never,
}

/// <summary>Where weights lie while a model is used.</summary>
public enum ModelLoad
{
    /// <summary>In their files, which are mapped: loaded at once, and shared by processes. The files must not be written to meanwhile; replace them by renaming new ones over them.</summary>
    Map,

    /// <summary>In memory, copied before use: what becomes of the files afterwards does not matter.</summary>
    Copy,
}

/// <summary>How a model is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads to compute with; null takes one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Kernel set by name (avx512vnni, avx512, avxvnni, avx2, vector128, scalar); null takes <c>TEMOTO_KERNELS</c> or the best this processor runs.</summary>
    public string? Kernels { get; init; }

    /// <summary>Tokens a session can hold; null takes the model's own limit, at most 4096.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>How keys and values are stored; null takes F16 (F32 with <see cref="Precise"/>).</summary>
    public KvCacheType? KvCache { get; init; }

    /// <summary>What becomes of packed weights; null is Auto.</summary>
    public PackedWeightsChoice? PackedWeights { get; init; }

    /// <summary>Whether integer weights are laid out for the kernels when the model is loaded; null is Auto. With <see cref="ModelLoad.Copy"/> they stay as they are.</summary>
    public RepackChoice? Repack { get; init; }

    /// <summary>How the attention of a prompt is carried out; null is Auto.</summary>
    public DataflowChoice? Dataflow { get; init; }

    /// <summary>
    /// What activations are when they meet int4 and int8 weights; null takes Int8 where the kernel set multiplies integers fast, else F32 (also with
    /// <see cref="Precise"/> and the scalar set).
    /// </summary>
    public ActivationType? Activations { get; init; }

    /// <summary>
    /// Most sessions whose next tokens are computed in one run, which reads the weights once; 1 takes them one after the other. What a session gets does not depend on it. The memory
    /// for it (see <see cref="MemoryPlan.ArenaBytes"/>) is taken when two sessions first ask at the same time.
    /// </summary>
    public int MaxBatchSequences { get; init; } = 8;

    /// <summary>Where the weights lie while the model is used.</summary>
    public ModelLoad Load { get; init; }

    /// <summary>Compares every byte of the weights with its hash before use (.temoto files and macro streams; other formats have no hashes and are refused). Headers are always checked.</summary>
    public bool Verify { get; init; }

    /// <summary>
    /// The folder of a LoRA adapter as PEFT writes it (adapter_config.json, adapter_model.safetensors), which is merged into the model while it is loaded; null for none. The tensors that
    /// it changes are copied, and must be F32, F16 or BF16. A tokenizer or chat template in the folder takes the place of the model's.
    /// </summary>
    public string? Adapter { get; init; }

    /// <summary>What the memory plan may come to; null takes what the machine, or the container, has.</summary>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>The in-house oracle: dequantized weights, float32 activations, float64 sums. Slow.</summary>
    public bool Precise { get; init; }

    /// <summary>Called with the memory plan before anything large is allocated.</summary>
    public Action<MemoryPlan>? MemoryPlanned { get; init; }
}
