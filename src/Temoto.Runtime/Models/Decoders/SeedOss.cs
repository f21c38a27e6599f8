using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Seed-OSS: as Llama, with a bias on q, k and v, and one of its own key behind attention.</summary>
internal sealed class SeedOss : RotaryDecoder
{
    public override string Name => "seed_oss";

    public override string ClassName(ModelConfig config) => "SeedOssForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, headDim: 128) with
    {
        AttentionBias = root.Bool("attention_bias") ?? true,
        AttentionOutBias = root.Bool("attention_out_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override bool HasGguf => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
        [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm" or "ffn_norm")), ("post_attention_norm", "post_attention_layernorm")];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with { AttentionOutBias = false };

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? UnsayableBiases(config with { AttentionBias = false });

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("attention_out_bias", config.AttentionOutBias ?? false);
        json.WriteBoolean("mlp_bias", config.MlpBias);
    }
}
