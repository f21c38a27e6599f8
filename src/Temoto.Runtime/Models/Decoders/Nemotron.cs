using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Nemotron and Minitron (arXiv 2402.16819): as Arcee's, with layer norms whose weights are stored less 1, and half of each head turned.</summary>
internal sealed class Nemotron : Arcee
{
    public override string Name => "nemotron";

    public override string ClassName(ModelConfig config) => "NemotronForCausalLM";

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false, rotaryPart: 0.5, activation: ActivationNames.ReluSquared) with
    {
        LayerNormEps = (float)(root.Number("norm_eps", 0, 1) ?? 1e-5),
        AttentionBias = root.Bool("attention_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        json.WriteNumber("norm_eps", config.LayerNormEps);
    }

    protected override bool GgufInterleavesRope => false;

    protected override bool GgufHasLayerNorms => true;

    protected override bool GgufTiesHead => false;

    protected override bool TurnsParts => true;

    protected override string? UnsayableBiases(ModelConfig config) => null;

    /// <summary>GGUF files have the 1 of the norms added.</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) =>
        base.FromFile(tensors).ToDictionary(pair => pair.Key, pair => pair.Key.EndsWith("norm.weight", StringComparison.Ordinal) ? TensorEdits.AddOne(pair.Value) : pair.Value);

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);
}
