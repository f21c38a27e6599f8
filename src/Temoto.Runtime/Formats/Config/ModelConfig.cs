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

    /// <summary>bloom, mpt: <c>alibi_bias_max</c>, what the slopes of ALiBi go by; null where positions are told otherwise.</summary>
    public float? AlibiBiasMax { get; init; }

    /// <summary>Rows of the table of learned positions in front of that of position 0 (roberta, xlm-roberta, mpnet).</summary>
    public int PositionOffset { get; init; }

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

    /// <summary><c>partial_rotary_factor</c> times HeadDim: columns of a head that are turned, its first; null for all.</summary>
    public int? RotaryDim { get; init; }

    /// <summary>Most positions that texts will have: what some scalings go by. Null is MaxPositionEmbeddings.</summary>
    public int? RopeContext { get; init; }

    /// <summary><c>rope_local_base_freq</c>, gemma3_text, olmo3: the theta of layers whose attention slides, which no scaling applies to; null where all layers have one.</summary>
    public double? RopeLocalTheta { get; init; }

    public RopeScaling? RopeScaling { get; init; }

    /// <summary>
    /// [HeadDim / 2]: the frequency of each rotated pair is divided by its entry. Only GGUF files of Llama 3.1 and later carry it (<c>rope_freqs.weight</c>, the
    /// llama3 scaling worked out by the converter); null elsewhere.
    /// </summary>
    public IReadOnlyList<float>? RopeFrequencyFactors { get; init; }

    /// <summary>
    /// True where a head's rotated pairs are neighbours (2i, 2i+1): llama2.c, and GGUF files of llama, granite, smollm3 and others whose converter
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

    /// <summary><c>sliding_window</c>: most positions that a token sees, itself included, in the layers that slide; null for all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary><c>layer_types</c>: of each layer 1 where its attention slides and 0 where it is full; null where they all do what SlidingWindow says.</summary>
    public Items<int>? SlidingLayers { get; init; }

    /// <summary>gemma2, gemma3_text: scores are divided by the square root of it; null is HeadDim.</summary>
    public float? QueryPreAttnScalar { get; init; }

    /// <summary>gemma2: scores become cap * tanh(score / cap).</summary>
    public float? AttnLogitSoftcapping { get; init; }

    /// <summary>gemma2: logits, likewise.</summary>
    public float? FinalLogitSoftcapping { get; init; }

    /// <summary>cohere: what logits are multiplied with.</summary>
    public float? LogitScale { get; init; }

    /// <summary>gpt_neox, stablelm: attention and feed-forward read the same input, and both are added to it.</summary>
    public bool UseParallelResidual { get; init; }

    /// <summary>falcon: <c>num_ln_in_parallel_attn</c>, norms that attention and feed-forward side by side have.</summary>
    public int NormsInParallel { get; init; } = 1;

    /// <summary>falcon: <c>new_decoder_architecture</c>, of 40B and later.</summary>
    public bool NewDecoderArchitecture { get; init; }

    /// <summary>A bias on the projection behind attention, where it has one of its own; null where it is AttentionBias's.</summary>
    public bool? AttentionOutBias { get; init; }

    /// <summary>What a mixture of experts has beside the rest; null for dense models.</summary>
    public ExpertsConfig? Experts { get; init; }

    /// <summary>lfm2: <c>conv_L_cache</c>, positions that a short convolution sees, its own included.</summary>
    public int ConvLCache { get; init; }

    /// <summary>lfm2: <c>conv_bias</c>, of the convolutions and of the projections before and behind them.</summary>
    public bool ConvBias { get; init; }

    /// <summary>lfm2: <c>layer_types</c>, of each layer 1 where it has a short convolution and 0 where it has attention; null where all have attention.</summary>
    public Items<int>? ConvLayers { get; init; }

    public bool TieWordEmbeddings { get; init; }

    /// <summary>Biases on q, k and v (qwen2: always; llama, granite, smollm3, qwen3: <c>attention_bias</c>, opt: <c>enable_bias</c>, which then also cover the output; vit, deit: <c>qkv_bias</c>).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Biases on gate, up and down (llama, granite, smollm3: <c>mlp_bias</c>), or on fc1 and fc2 (opt: <c>enable_bias</c>).</summary>
    public bool MlpBias { get; init; }

    public string HiddenAct { get; init; } = "silu";

    /// <summary>The layer has a short convolution in place of attention.</summary>
    public bool IsConvolution(int layer) => ConvLayers is { } convolves && convolves[layer] != 0;

    /// <summary>The window of a layer's attention; null where it sees all positions.</summary>
    public int? WindowOf(int layer) => SlidingLayers is { } slides && slides[layer] == 0 ? null : SlidingWindow;

    /// <summary>The angle by which pair i of a head turns from one position to the next, in radians: RopeTheta^(-2i / columns) after the scaling (Su et al., arXiv 2104.09864).</summary>
    public double RopeFrequency(int pair)
    {
        var columns = RotaryDim ?? HeadDim;
        var frequency = RopeScaling?.Frequency(pair, columns, RopeTheta, RopeContext ?? MaxPositionEmbeddings) ?? Math.Pow(RopeTheta, -2.0 * pair / columns);
        return frequency / (RopeFrequencyFactors?[pair] ?? 1);
    }
}
