using Temoto.Plans;

namespace Temoto.Formats.Config;

/// <summary>A mixture of experts: feed-forwards of which each token is sent to a few (Shazeer et al., arXiv 1701.06538; Jiang et al., arXiv 2401.04088).</summary>
internal sealed record ExpertsConfig
{
    /// <summary><c>num_local_experts</c>, <c>num_experts</c>.</summary>
    public required int NumExperts { get; init; }

    /// <summary><c>num_experts_per_tok</c>.</summary>
    public required int NumExpertsPerTok { get; init; }

    /// <summary><c>moe_intermediate_size</c>: the width of each.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary><c>norm_topk_prob</c>: what a token's experts count adds up to 1.</summary>
    public bool NormTopkProb { get; init; }

    /// <summary><c>shared_expert_intermediate_size</c>, qwen2_moe: the width of a feed-forward that every token passes; null where there is none.</summary>
    public int? SharedIntermediateSize { get; init; }

    /// <summary><c>mlp_only_layers</c> and <c>decoder_sparse_step</c>: of each layer 1 where it has experts and 0 where it has one feed-forward; null where all have experts.</summary>
    public Items<int>? SparseLayers { get; init; }

    /// <summary>gpt_oss: what chooses experts, and each product of an expert, has a bias.</summary>
    public bool HasBiases { get; init; }

    /// <summary><c>swiglu_limit</c>, gpt_oss: gates are at most this, ups lie within it on both sides; null for no limit.</summary>
    public float? GateLimit { get; init; }

    public bool IsSparse(int layer) => SparseLayers is not { } sparse || sparse[layer] != 0;
}
