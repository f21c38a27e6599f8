using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>MPT (MosaicML, 2023): layer norms and linear layers, mostly without biases, GELU, positions by ALiBi alone. In files q, k and v are one matrix.</summary>
internal sealed class Mpt : RotaryDecoder
{
    private const string Prefix = "transformer.";
    private const string Attention = "attn_config";
    private const string Next = "use a checkpoint like mosaicml/mpt-7b";

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        ["attn.Wqkv.weight"] = ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"],
        ["attn.Wqkv.bias"] = ["self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"],
    };

    public override string Name => "mpt";

    public override string ClassName(ModelConfig config) => "MptForCausalLM";

    public override bool KeepsTensors => false;

    protected override IReadOnlyList<string> Activations { get; } = [ActivationNames.Gelu];

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Has("logit_scale"))
            throw root.Wrong("logit_scale", "null", Next);
        var heads = AttentionHeads.Read(root, new AttentionKeys("d_model", "n_heads"), rotary: false);
        var biases = !(root.Bool("no_bias") ?? true);
        var attention = root.Object(Attention);
        if (attention is { } given)
            RequireUsual(given);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.Int("expansion_ratio", 1, ModelLimits.IntermediateSize / heads.HiddenSize) * heads.HiddenSize ?? 4 * heads.HiddenSize,
            NumHiddenLayers = root.RequiredInt("n_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.Int("max_seq_len", 1, ModelLimits.Positions) ?? 2048,
            LayerNormEps = (float)(root.Number("layer_norm_epsilon", 0, 1) ?? 1e-5),
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
            HiddenAct = Activations[0],
            AttentionBias = biases,
            MlpBias = biases,
            AttentionMultiplier = (float?)attention?.Number("softmax_scale", 0, 1000),
            AlibiBiasMax = (float)(attention?.Number("alibi_bias_max", 0, 64) ?? AlibiSlopes.UsualMost),
        };
    }

    /// <summary>What transformers computes; it passes over <c>alibi</c> and takes it as true.</summary>
    private static void RequireUsual(JsonFields attention)
    {
        foreach (var (key, usual) in new[] { ("alibi", true), ("qk_ln", false), ("prefix_lm", false), ("attn_uses_sequence_id", false) })
        {
            if ((attention.Bool(key) ?? usual) != usual)
                throw attention.Wrong(key, usual ? "true" : "false", Next);
        }
        if (attention.Has("clip_qkv"))
            throw attention.Wrong("clip_qkv", "null", Next);
        const string heads = "multihead_attention";
        if ((attention.String("attn_type") ?? heads) != heads)
            throw attention.Wrong("attn_type", heads, Next);
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("d_model", config.HiddenSize);
        json.WriteNumber("expansion_ratio", config.IntermediateSize / config.HiddenSize);
        json.WriteNumber("n_layers", config.NumHiddenLayers);
        json.WriteNumber("n_heads", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_seq_len", config.MaxPositionEmbeddings);
        json.WriteNumber("layer_norm_epsilon", config.LayerNormEps);
        json.WriteBoolean("no_bias", !config.AttentionBias);
        json.WriteStartObject(Attention);
        json.WriteBoolean("alibi", true);
        json.WriteNumber("alibi_bias_max", config.AlibiBiasMax ?? AlibiSlopes.UsualMost);
        if (config.AttentionMultiplier is { } scale)
            json.WriteNumber("softmax_scale", scale);
        json.WriteEndObject();
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    protected override string LayerPrefix => Prefix + "blocks.";

    protected override string EmbeddingName => Prefix + "wte";

    protected override string FinalNorm => Prefix + "norm_f";

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => TensorEdits.Joined(Build(config).Weights, Parts);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => TensorEdits.Split(tensors, Parts, Build(config).Weights);

    protected override bool HasGguf => true;

    protected override bool GgufHasLayerNorms => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        ("attn_norm", "norm_1"),
        ("attn_output", "attn.out_proj"),
        ("ffn_norm", "norm_2"),
        ("ffn_up", "ffn.up_proj"),
        ("ffn_down", "ffn.down_proj"),
    ];

    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (metadata.Number("attention.clamp_kqv", 0, double.MaxValue) is > 0)
            throw metadata.Wrong("attention.clamp_kqv", "0", Next);
        var biases = tensors.ContainsKey("blk.0.attn_norm.bias");
        return base.ReadGguf(metadata, tensors) with
        {
            HiddenAct = Activations[0],
            AttentionBias = biases,
            MlpBias = biases,
            AlibiBiasMax = metadata.Number("attention.max_alibi_bias", 0, 64) is > 0 and var most ? (float)most : throw metadata.Wrong("attention.max_alibi_bias", "more than 0: positions by ALiBi", Next),
        };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) => [.. base.WriteGguf(config), ("attention.max_alibi_bias", config.AlibiBiasMax ?? AlibiSlopes.UsualMost)];

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? (config.AttentionMultiplier is null ? null : "mpt with a softmax_scale");

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name, bias: g.Config.MlpBias);

    /// <summary>Nothing is turned.</summary>
    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => projected;

    protected override string NameOfAttentionNorm => "norm_1";

    protected override string NameOfFeedForwardNorm => "norm_2";

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "attn.out_proj", config.HiddenSize, config.AttentionBias);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "ffn.up_proj", "ffn.down_proj");

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("attn.out_proj", "norm_1", "norm_2", "ffn.up_proj", "ffn.down_proj");
}
