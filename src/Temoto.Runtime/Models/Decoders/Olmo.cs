using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>OLMo (arXiv 2402.00838): as Llama, with layer norms that have no weights.</summary>
internal sealed class Olmo : RotaryDecoder
{
    public override string Name => "olmo";

    public override string ClassName(ModelConfig config) => "OlmoForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Has("clip_qkv"))
            throw root.Wrong("clip_qkv", "null", "use a checkpoint whose q, k and v are not clipped");
        return ReadShape(root, keyValueHeadsRequired: false) with { AttentionBias = root.Bool("attention_bias") ?? false };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.PlainLayerNorm(input, name);

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = WithoutNorms(Gated);
}
