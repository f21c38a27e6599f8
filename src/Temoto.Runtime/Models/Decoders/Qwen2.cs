using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>
/// Qwen2 and Qwen2.5: pre-norm decoder with RMS norm, grouped-query attention with biases on q, k and v, rotary positions,
/// SwiGLU, tied or separate output head.
/// </summary>
internal sealed class Qwen2 : RotaryDecoder
{
    public override string Name => "qwen2";

    protected override bool HasWindows => true;

    public override TokenizerFamily? Tokenizer => TokenizerFamily.Qwen2;

    public override string ClassName(ModelConfig config) => "Qwen2ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        // transformers has a default for num_key_value_heads, but no published checkpoint relies on it: a missing key is a damaged file.
        var config = ReadShape(root);
        return WithSwitchedWindows(root, config) with { AttentionBias = true };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => WriteSwitchedWindows(json, config);

    /// <summary>A GGUF file may lack the biases.</summary>
    public override string? Unsayable(ModelConfig config) => config.AttentionBias ? null : "qwen2 without biases on q, k and v";

    protected override bool HasGguf => true;

    public override bool HasMacroStream => true;

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attn.o_proj", config.HiddenSize);
}
