using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>Helium (Kyutai): as Llama, with neighbouring columns turned together.</summary>
internal sealed class Helium : RotaryDecoder
{
    public override string Name => "helium";

    public override string ClassName(ModelConfig config) => "HeliumForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, headDim: 128, ropeTheta: 1e5, rmsNormEps: 1e-8) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        AttentionOutBias = false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
    }

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(projected, neighbours: true);
}
