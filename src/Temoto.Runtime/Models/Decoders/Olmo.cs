using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

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

    protected override bool HasGguf => true;

    protected override bool GgufInterleavesRope => true;

    protected override bool GgufHasLayerNorms => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => !name.Gguf.EndsWith("norm", StringComparison.Ordinal))];

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufWhole => [.. base.GgufWhole.Where(name => !name.Gguf.StartsWith("output_norm.", StringComparison.Ordinal))];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) =>
        metadata.Number("attention.clamp_kqv", 0, ModelLimits.LargestMultiplier) is > 0
            ? throw metadata.Wrong("attention.clamp_kqv", "0, or no such key", "use a model whose q, k and v are not clipped")
            : base.ReadGguf(metadata, tensors);

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? UnsayableBiases(config);

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.PlainLayerNorm(input, name);

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = WithoutNorms(Gated);
}
