using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>Hunyuan, dense: as Llama, with norms of the heads of q and k behind their positions.</summary>
internal sealed class HunYuan : RotaryDecoder
{
    public override string Name => "hunyuan_v1_dense";

    public override string ClassName(ModelConfig config) => "HunYuanDenseV1ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = ReadShape(root, keyValueHeadsRequired: false, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? false };
        return config.RopeScaling is { RopeType: RopeScaling.Dynamic } scaling && RopeKeys.ObjectOf(root)?.Number("alpha", 0, 1e6) is { } alpha and > 0 ? WithAlpha(config, scaling, alpha) : config;
    }

    /// <summary>Where the dynamic scaling has an alpha, theta is multiplied once for texts of any length, and nothing else is scaled.</summary>
    private static ModelConfig WithAlpha(ModelConfig config, RopeScaling scaling, double alpha) => config with
    {
        RopeTheta = config.RopeTheta * Math.Pow(alpha, config.HeadDim / (config.HeadDim - 2.0)),
        RopeScaling = null,
        MaxPositionEmbeddings = scaling.OriginalMaxPositionEmbeddings,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    protected override bool HasGguf => true;

    protected override string GgufName => "hunyuan-dense";

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm")),
        ("attn_q_norm", "self_attn.query_layernorm"),
        ("attn_k_norm", "self_attn.key_layernorm"),
    ];

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? UnsayableBiases(config);

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        g.HeadNorm(g.Rope(projected), isKey ? "self_attn.key_layernorm" : "self_attn.query_layernorm");
}
