using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>OLMo 2 (arXiv 2501.00656): as Llama, with norms behind attention and feed-forward in place of those before them, and norms of all heads of q, and of k, together.</summary>
internal class Olmo2 : RotaryDecoder
{
    public override string Name => "olmo2";

    public override string ClassName(ModelConfig config) => "Olmo2ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType) =>
        ReadShape(root, keyValueHeadsRequired: false, ropeTheta: 5e5, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    protected override bool HasGguf => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf is not ("attn_norm" or "ffn_norm")),
        ("post_attention_norm", "post_attention_layernorm"),
        ("post_ffw_norm", "post_feedforward_layernorm"),
    ];

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        g.Rope(g.RmsNorm(projected, isKey ? "self_attn.k_norm" : "self_attn.q_norm"), local: config.SlidingLayers is { } slides && slides[layer] != 0);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        hidden = g.Add(hidden, Norm(g, SelfAttention(g, config, layer, hidden), "post_attention_layernorm"));
        return g.Add(hidden, Norm(g, FeedForward(g, config, layer, hidden), "post_feedforward_layernorm"));
    }

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = WithoutNorms(Gated);
}
