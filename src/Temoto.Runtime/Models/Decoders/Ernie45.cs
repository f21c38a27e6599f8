using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>ERNIE 4.5, dense: as Llama, with neighbouring columns turned together; use_bias is of all linear layers.</summary>
internal sealed class Ernie45 : RotaryDecoder
{
    public override string Name => "ernie4_5";

    public override string ClassName(ModelConfig config) => "Ernie4_5ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var bias = root.Bool("use_bias") ?? false;
        return ReadShape(root, headDim: 128, ropeTheta: 5e5, tied: true, rmsNormEps: 1e-5) with { AttentionBias = bias, MlpBias = bias };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("use_bias", config.AttentionBias);

    protected override bool HasGguf => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } = [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm"))];

    protected override string? UnsayableInGguf(ModelConfig config) => base.UnsayableInGguf(config) ?? UnsayableBiases(config);

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(projected, neighbours: true);
}
