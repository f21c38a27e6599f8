using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>
/// Qwen3 (dense): as Qwen2 without the biases; instead each head of q and k passes an RMS norm before the rotary positions. HeadDim is
/// given by config.json and need not be HiddenSize / NumAttentionHeads.
/// </summary>
internal sealed class Qwen3 : RotaryDecoder
{
    public override string Name => "qwen3";

    protected override bool HasWindows => true;

    public override TokenizerFamily? Tokenizer => TokenizerFamily.Qwen2;

    public override string ClassName(ModelConfig config) => "Qwen3ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        // 128 is the configuration class's own default.
        var config = ReadShape(root, headDim: 128);
        return WithSwitchedWindows(root, config) with { AttentionBias = root.Bool("attention_bias") ?? false };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        WriteSwitchedWindows(json, config);
    }

    protected override bool HasGguf => true;

    public override bool HasMacroStream => true;

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(HeadNorm(g, projected, isKey));
}
