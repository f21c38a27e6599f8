using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>Arcee AFM: as Llama, without gates: down(relu(up(x))^2).</summary>
internal class Arcee : RotaryDecoder
{
    public override string Name => "arcee";

    public override string ClassName(ModelConfig config) => "ArceeForCausalLM";

    protected override IReadOnlyList<string> Activations => [ActivationNames.ReluSquared];

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false, activation: ActivationNames.ReluSquared, rmsNormEps: 1e-5) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override bool HasGguf => true;

    protected override bool GgufInterleavesRope => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm" or "ffn_gate"))];

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? UnsayableBiases(config);

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
    }

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) => Ungated(g, config, input, "mlp.up_proj", "mlp.down_proj");

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("self_attn.o_proj", "input_layernorm", "post_attention_layernorm", "mlp.up_proj", "mlp.down_proj");
}
