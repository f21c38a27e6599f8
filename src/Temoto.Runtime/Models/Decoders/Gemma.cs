using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// Gemma (arXiv 2403.08295): as Llama, with a gate of GELU, embeddings multiplied by sqrt(hidden_size), and norms whose weights are stored less 1. GGUF files have the 1 added.
/// </summary>
internal class Gemma : RotaryDecoder
{
    public override string Name => "gemma";

    public override string ClassName(ModelConfig config) => "GemmaForCausalLM";

    protected override IReadOnlyList<string> Activations => [ActivationNames.GeluTanh, ActivationNames.Gelu];

    public override bool KeepsTensors => false;

    /// <summary>Files from before the key was put right say gelu and mean the approximation.</summary>
    public override ModelConfig Read(JsonFields root, string modelType) =>
        ReadShape(root, headDim: 256, tied: true, activation: ActivationNames.GeluTanh) with { HiddenAct = ActivationNames.GeluTanh, AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) =>
        base.FromFile(tensors).ToDictionary(pair => pair.Key, pair => pair.Key.EndsWith("norm.weight", StringComparison.Ordinal) ? TensorEdits.AddOne(pair.Value) : pair.Value);

    protected override bool HasGguf => true;

    protected override Value Embed(GraphBuilder g, ModelConfig config) => g.Embed(EmbeddingName, config.HiddenSize, MathF.Sqrt(config.HiddenSize));
}
