using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>
/// Falcon 7B, 40B and 2-11B (arXiv 2311.16867): layer norms, rotary positions, few keys and values, attention and feed-forward side by side. Falcon 3 is a Llama; Falcon-RW has positions of another
/// kind (ALiBi).
/// </summary>
internal sealed class Falcon : RotaryDecoder
{
    private static readonly FusedHeads HeadRows = new("self_attention.query_key_value");

    public override string Name => "falcon";

    public override string ClassName(ModelConfig config) => "FalconForCausalLM";

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Bool("alibi") ?? false)
            throw root.Wrong("alibi", "false: rotary positions", "use a checkpoint with rotary positions");
        if ((root.String("activation") ?? ActivationNames.Gelu) != ActivationNames.Gelu)
            throw root.Wrong("activation", ActivationNames.Gelu, "use a checkpoint with this activation");
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFacePlain);
        var isNew = root.Bool("new_decoder_architecture") ?? false;
        var kvHeads = isNew ? root.Int("num_kv_heads", 1, heads.Heads) ?? heads.Heads : root.Bool("multi_query") ?? true ? 1 : heads.Heads;
        if (heads.Heads % kvHeads != 0)
            throw root.Wrong("num_kv_heads", $"a divisor of the {heads.Heads} attention heads");
        var bias = root.Bool("bias") ?? false;
        return RopeKeys.Read(root, new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.Int("ffn_hidden_size", 1, ModelLimits.IntermediateSize) ?? 4 * heads.HiddenSize,
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = kvHeads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.Int("max_position_embeddings", 1, ModelLimits.Positions) ?? 2048,
            LayerNormEps = (float)(root.Number("layer_norm_epsilon", 0, 1) ?? 1e-5),
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
            HiddenAct = ActivationNames.Gelu,
            AttentionBias = bias,
            MlpBias = bias,
            UseParallelResidual = isNew || (root.Bool("parallel_attn") ?? true),
            NormsInParallel = isNew ? root.Int("num_ln_in_parallel_attn", 1, 2) ?? 2 : 1,
            NewDecoderArchitecture = isNew,
        }, 10000);
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("ffn_hidden_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("num_kv_heads", config.NumKeyValueHeads);
        json.WriteBoolean("multi_query", config.NumKeyValueHeads == 1);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("layer_norm_epsilon", config.LayerNormEps);
        RopeKeys.Write(json, config);
        json.WriteBoolean("bias", config.AttentionBias);
        json.WriteBoolean("parallel_attn", config.UseParallelResidual);
        json.WriteNumber("num_ln_in_parallel_attn", config.NormsInParallel);
        json.WriteBoolean("new_decoder_architecture", config.NewDecoderArchitecture);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    protected override string LayerPrefix => "transformer.h.";

    protected override string EmbeddingName => "transformer.word_embeddings";

    protected override string FinalNorm => "transformer.ln_f";

    protected override bool HasGguf => true;

    protected override bool GgufHasLayerNorms => true;

    public override GgufArchitecture? Gguf => base.Gguf! with { OfLayerBy = config => config.NormsInParallel == 2 ? GgufNamesOfTwoNorms : GgufNames };

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_output", "self_attention.dense"),
        ("ffn_up", "mlp.dense_h_to_4h"),
        ("ffn_down", "mlp.dense_4h_to_h"),
    ];

    /// <summary>Of two norms the first by name is the feed-forward's.</summary>
    private IReadOnlyList<(string Gguf, string HuggingFace)> GgufNamesOfTwoNorms => [("attn_norm", "ln_mlp"), ("attn_norm_2", "ln_attn"), .. GgufNames.Skip(1)];

    /// <summary>All of q, then of k, then of v.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        var two = tensors.ContainsKey("blk.0.attn_norm_2.weight");
        return config with
        {
            HiddenAct = ActivationNames.Gelu,
            UseParallelResidual = true,
            NormsInParallel = two ? 2 : 1,
            NewDecoderArchitecture = two || config.NumKeyValueHeads > 1,
        };
    }

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) ?? UnsayableBiases(config) ?? (config.UseParallelResidual ? null : "falcon whose feed-forward is behind attention");

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => HeadRows.Joined(Build(config).Weights);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) =>
        HeadRows.Split(tensors, config.NumKeyValueHeads, config.NumAttentionHeads / config.NumKeyValueHeads, config.HeadDim);

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        if (!config.UseParallelResidual)
            return base.Layer(g, config, layer, hidden);
        var two = config.NormsInParallel == 2;
        var normed = Norm(g, hidden, two ? "ln_attn" : "input_layernorm");
        var attended = g.Add(hidden, SelfAttention(g, config, layer, normed));
        return g.Add(attended, FeedForward(g, config, layer, two ? Norm(g, hidden, "ln_mlp") : normed));
    }

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attention.dense", config.HiddenSize, config.AttentionBias);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");

    /// <summary>Which norm is before what depends on the checkpoint: nothing is folded into them.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("self_attention.dense", null, null, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");
}
