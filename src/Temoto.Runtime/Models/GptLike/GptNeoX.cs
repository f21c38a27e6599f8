using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>
/// GPT-NeoX and Pythia (arXiv 2204.06745): layer norms, biases, a quarter of each head turned, attention and feed-forward side by side behind norms of their own. In files the rows of q, k and v
/// of each head lie together.
/// </summary>
internal sealed class GptNeoX : RotaryDecoder
{
    public override string Name => "gpt_neox";

    public override string ClassName(ModelConfig config) => "GPTNeoXForCausalLM";

    protected override IReadOnlyList<string> Activations => [ActivationNames.Gelu, .. ActivationNames.GeluTanhNames];

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false, rotaryPart: 0.25, activation: ActivationNames.Gelu) with
    {
        LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-5),
        RopeTheta = root.Number("rotary_emb_base", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? RopeKeys.ReadTheta(root, 10000),
        UseParallelResidual = root.Bool("use_parallel_residual") ?? true,
        AttentionBias = root.Bool("attention_bias") ?? true,
        MlpBias = true,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteBoolean("use_parallel_residual", config.UseParallelResidual);
        json.WriteBoolean("attention_bias", config.AttentionBias);
    }

    protected override string LayerPrefix => "gpt_neox.layers.";

    protected override string EmbeddingName => "gpt_neox.embed_in";

    protected override string HeadName => "embed_out";

    protected override string FinalNorm => "gpt_neox.final_layer_norm";

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => HeadRows.Joined(Build(config).Weights);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => HeadRows.Split(tensors, config.NumAttentionHeads, 1, config.HeadDim);

    protected override bool HasGguf => true;

    protected override string GgufName => "gptneox";

    protected override bool GgufHasLayerNorms => true;

    protected override bool GgufTiesHead => false;

    protected override bool TurnsParts => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_output", "attention.dense"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_up", "mlp.dense_h_to_4h"),
        ("ffn_down", "mlp.dense_4h_to_h"),
    ];

    /// <summary>All of q, then of k, then of v.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with
    {
        UseParallelResidual = metadata.Bool("use_parallel_residual") ?? throw metadata.Wrong("use_parallel_residual", "true or false"),
        AttentionBias = tensors.ContainsKey("blk.0.attn_qkv.bias"),
        MlpBias = true,
    };

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) => [.. base.WriteGguf(config), ("use_parallel_residual", config.UseParallelResidual)];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : !config.AttentionBias ? "gpt_neox without biases"
        : config.HiddenAct != Activations[0] ? $"hidden_act {config.HiddenAct}"
        : null;

    private static readonly FusedHeads HeadRows = new("attention.query_key_value");

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var attended = g.Add(hidden, SelfAttention(g, config, layer, Norm(g, hidden, "input_layernorm")));
        return g.Add(attended, FeedForward(g, config, layer, Norm(g, config.UseParallelResidual ? hidden : attended, "post_attention_layernorm")));
    }

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "attention.dense", config.HiddenSize, config.AttentionBias);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("attention.dense", "input_layernorm", "post_attention_layernorm", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h");
}
