using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Decoders;

/// <summary>
/// Llama 2 and 3 and what shares their architecture: as Qwen2, but without biases unless config.json asks for them
/// (<c>attention_bias</c> covers q, k, v and o; <c>mlp_bias</c> gate, up and down).
/// </summary>
internal sealed class Llama : RotaryDecoder
{
    /// <summary>For formats that hold nothing else, such as llama2.c.</summary>
    public const string TypeName = "llama";

    public override string Name => TypeName;

    protected override bool GgufInterleavesRope => true;

    public override string ClassName(ModelConfig config) => "LlamaForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
    }

    protected override bool HasGguf => true;

    public override bool HasMacroStream => true;
}
