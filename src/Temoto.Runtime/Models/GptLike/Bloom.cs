using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>
/// BLOOM (arXiv 2211.05100): layer norms, one of them behind the embedding, biases, GELU by tanh, positions by ALiBi alone. In files the rows of q, k and v of each head lie together.
/// </summary>
internal sealed class Bloom : RotaryDecoder
{
    private const string Prefix = "transformer.";
    private const string EmbeddingNorm = Prefix + "word_embeddings_layernorm";
    private const string Next = "use a checkpoint like bigscience/bloom-560m";

    private static readonly FusedHeads HeadRows = new("self_attention.query_key_value");

    public override string Name => "bloom";

    public override string ClassName(ModelConfig config) => "BloomForCausalLM";

    public override bool KeepsTensors => false;

    protected override IReadOnlyList<string> Activations { get; } = [ActivationNames.GeluTanh];

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Bool("apply_residual_connection_post_layernorm") ?? false)
            throw root.Wrong("apply_residual_connection_post_layernorm", "false", Next);
        // Published files have the first names, transformers writes the second.
        string Key(string published, string written) => root.Has(published) ? published : written;
        var heads = AttentionHeads.Read(root, new AttentionKeys(Key("n_embed", "hidden_size"), Key("num_attention_heads", "n_head")), rotary: false);
        return Completed(new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.Int("n_inner", 1, ModelLimits.IntermediateSize) ?? 4 * heads.HiddenSize,
            NumHiddenLayers = root.RequiredInt(Key("num_hidden_layers", "n_layer"), 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            // There is no limit: what it was trained with.
            MaxPositionEmbeddings = root.Int("seq_length", 1, ModelLimits.Positions) ?? 2048,
            LayerNormEps = (float)(root.Number("layer_norm_epsilon", 0, 1) ?? 1e-5),
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
        });
    }

    private ModelConfig Completed(ModelConfig config) => config with { AttentionBias = true, MlpBias = true, HiddenAct = Activations[0], AlibiBiasMax = AlibiSlopes.UsualMost };

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("n_inner", config.IntermediateSize);
        json.WriteNumber("n_layer", config.NumHiddenLayers);
        json.WriteNumber("n_head", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("seq_length", config.MaxPositionEmbeddings);
        json.WriteNumber("layer_norm_epsilon", config.LayerNormEps);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    protected override string LayerPrefix => Prefix + "h.";

    protected override string EmbeddingName => Prefix + "word_embeddings";

    protected override string FinalNorm => Prefix + "ln_f";

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => HeadRows.Joined(Build(config).Weights);

    /// <summary>Published files lack the "transformer.".</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) =>
        HeadRows.Split(TensorEdits.WithPrefix(tensors, Prefix), config.NumAttentionHeads, 1, config.HeadDim);

    protected override bool HasGguf => true;

    protected override bool GgufHasLayerNorms => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufWhole => [.. base.GgufWhole, ("token_embd_norm.weight", $"{EmbeddingNorm}.weight"), ("token_embd_norm.bias", $"{EmbeddingNorm}.bias")];

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_output", "self_attention.dense"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_up", "mlp.dense_h_to_4h"),
        ("ffn_down", "mlp.dense_4h_to_h"),
    ];

    /// <summary>All of q, then of k, then of v.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => Completed(base.ReadGguf(metadata, tensors));

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);

    protected override Value Embed(GraphBuilder g, ModelConfig config) => Norm(g, base.Embed(g, config), EmbeddingNorm);

    /// <summary>Nothing is turned.</summary>
    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => projected;

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attention.dense", config.HiddenSize, bias: true);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("self_attention.dense", "input_layernorm", "post_attention_layernorm", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");
}
