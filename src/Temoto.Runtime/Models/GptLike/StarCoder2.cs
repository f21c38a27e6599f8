using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.GptLike;

/// <summary>StarCoder 2 (arXiv 2402.19173): layer norms, biases everywhere, a window in all layers, and a feed-forward without gate.</summary>
internal sealed class StarCoder2 : RotaryDecoder
{
    public override string Name => "starcoder2";

    public override string ClassName(ModelConfig config) => "Starcoder2ForCausalLM";

    protected override bool HasWindows => true;

    protected override IReadOnlyList<string> Activations => ActivationNames.GeluTanhNames;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var bias = root.Bool("use_bias") ?? true;
        return WithWindows(root, ReadShape(root, keyValueHeadsRequired: false, tied: true, activation: ActivationNames.GeluTanh), _ => true) with
        {
            LayerNormEps = (float)(root.Number("norm_epsilon", 0, 1) ?? 1e-5),
            AttentionBias = bias,
            MlpBias = bias,
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("norm_epsilon", config.LayerNormEps);
        json.WriteBoolean("use_bias", config.AttentionBias);
        WriteWindows(json, config);
    }

    protected override bool HasGguf => true;

    protected override bool GgufHasLayerNorms => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm" or "ffn_gate" or "ffn_up" or "ffn_down")),
        ("ffn_up", "mlp.c_fc"),
        ("ffn_down", "mlp.c_proj"),
    ];

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? (config.AttentionBias ? null : "starcoder2 without biases");

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "mlp.c_fc", "mlp.c_proj");

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("self_attn.o_proj", "input_layernorm", "post_attention_layernorm", "mlp.c_fc", "mlp.c_proj");
}
