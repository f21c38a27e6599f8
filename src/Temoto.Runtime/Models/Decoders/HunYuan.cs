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

    public override ModelConfig Read(JsonFields root, string modelType) =>
        ReadShape(root, keyValueHeadsRequired: false, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        g.HeadNorm(g.Rope(projected), isKey ? "self_attn.key_layernorm" : "self_attn.query_layernorm");
}
