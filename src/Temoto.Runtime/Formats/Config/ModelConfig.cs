using Temoto.Plans;

namespace Temoto.Formats.Config;

/// <summary>
/// A model's shape, in the names of Hugging Face's config.json (PascalCase). GGUF and llama2.c files are translated into it.
/// </summary>
internal sealed record ModelConfig
{
    /// <summary><c>model_type</c>: which file of Models/ knows the rest.</summary>
    public required string ModelType { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int NumHiddenLayers { get; init; }

    public required int NumAttentionHeads { get; init; }

    public required int NumKeyValueHeads { get; init; }

    /// <summary><c>head_dim</c>; HiddenSize / NumAttentionHeads where config.json does not say.</summary>
    public required int HeadDim { get; init; }

    /// <summary>0 for models that look at pictures.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Positions a text may have; of a model that looks at pictures, the tokens of a picture.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    public float RmsNormEps { get; init; } = 1e-6f;

    /// <summary><c>layer_norm_eps</c>; OPT has no key for it and takes PyTorch's default.</summary>
    public float LayerNormEps { get; init; } = 1e-5f;

    /// <summary>OPT: the norms stand before attention and feed-forward, not behind their residual sums (opt-350m).</summary>
    public bool DoLayerNormBefore { get; init; } = true;

    /// <summary>OPT: <c>_remove_final_layer_norm</c>, of checkpoints made before the final norm was known to be needed.</summary>
    public bool RemoveFinalLayerNorm { get; init; }

    /// <summary>OPT: width of the embedding where it differs from HiddenSize and is projected to it and back; null where it is the same.</summary>
    public int? WordEmbedProjDim { get; init; }

    /// <summary>What a model that looks at pictures has beside the rest; null for language models.</summary>
    public VisionConfig? Vision { get; init; }

    public double RopeTheta { get; init; } = 10000;

    public RopeScaling? RopeScaling { get; init; }

    /// <summary>
    /// [HeadDim / 2]: the frequency of each rotated pair is divided by its entry. Only GGUF files of Llama 3.1 and later carry it (<c>rope_freqs.weight</c>, the
    /// llama3 scaling worked out by the converter); null elsewhere.
    /// </summary>
    public IReadOnlyList<float>? RopeFrequencyFactors { get; init; }

    /// <summary>
    /// True where a head's rotated pairs are neighbours (2i, 2i+1): llama2.c, and GGUF files of llama, granite and smollm3, whose converter
    /// permutes q and k. False for the Hugging Face layout, where element i pairs with i + HeadDim/2.
    /// </summary>
    public bool RopeInterleaved { get; init; }

    /// <summary>smollm3: <c>no_rope_layers</c>, of each layer 1 where it has rotary positions and 0 where it has none, whatever the key's name says; null where all have them.</summary>
    public Items<int>? NoRopeLayers { get; init; }

    /// <summary>granite: what the embedding's rows are multiplied by.</summary>
    public float EmbeddingMultiplier { get; init; } = 1;

    /// <summary>granite: what scores are multiplied by; null is 1 / sqrt(HeadDim).</summary>
    public float? AttentionMultiplier { get; init; }

    /// <summary>granite: what attention and feed-forward are multiplied by before they are added to the residual.</summary>
    public float ResidualMultiplier { get; init; } = 1;

    /// <summary>granite: what logits are divided by.</summary>
    public float LogitsScaling { get; init; } = 1;

    public bool TieWordEmbeddings { get; init; }

    /// <summary>Biases on q, k and v (qwen2: always; llama, granite, smollm3, qwen3: <c>attention_bias</c>, opt: <c>enable_bias</c>, which then also cover the output; vit, deit: <c>qkv_bias</c>).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Biases on gate, up and down (llama, granite, smollm3: <c>mlp_bias</c>), or on fc1 and fc2 (opt: <c>enable_bias</c>).</summary>
    public bool MlpBias { get; init; }

    public string HiddenAct { get; init; } = "silu";

    /// <summary>
    /// The angle by which pair i of a head turns from one position to the next, in radians: RopeTheta^(-2i / HeadDim) after the scaling, i = 0 .. HeadDim/2 - 1
    /// (Su et al., arXiv 2104.09864).
    /// </summary>
    public double RopeFrequency(int pair)
    {
        var frequency = Math.Pow(RopeTheta, -2.0 * pair / HeadDim);
        return (RopeScaling?.Apply(frequency) ?? frequency) / (RopeFrequencyFactors?[pair] ?? 1);
    }
}
