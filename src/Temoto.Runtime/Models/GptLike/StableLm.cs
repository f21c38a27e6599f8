using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>StableLM 2 and 3B: as Llama, with layer norms, a quarter of each head turned, and biases on q, k and v where the file asks for them.</summary>
internal sealed class StableLm : RotaryDecoder
{
    public override string Name => "stablelm";

    public override string ClassName(ModelConfig config) => "StableLmForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        foreach (var key in new[] { "qk_layernorm", "use_parallel_residual" })
        {
            if (root.Bool(key) ?? false)
                throw root.Wrong(key, "false", "use a checkpoint without it, such as stablelm-2-1_6b");
        }
        return ReadShape(root, keyValueHeadsRequired: false, rotaryPart: 0.25) with
        {
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-5),
            AttentionBias = root.Bool("use_qkv_bias") ?? false,
            AttentionOutBias = false,
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteBoolean("use_qkv_bias", config.AttentionBias);
    }

    protected override bool HasGguf => true;

    protected override bool GgufHasLayerNorms => true;

    protected override bool GgufTiesHead => false;

    protected override bool TurnsParts => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm"))];

    /// <summary>use_parallel_residual is passed over, as llama.cpp does: converters write true where config.json does not say. Files of such models lack the second norm.</summary>
    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with { AttentionOutBias = false };

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);
}
