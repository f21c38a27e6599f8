using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Decoders;

/// <summary>BitNet b1.58 (arXiv 2504.12285), its weights as floats: as Llama, with a gate of relu^2 and norms before the projections behind attention and feed-forward.</summary>
internal sealed class BitNet : RotaryDecoder
{
    public override string Name => "bitnet";

    public override string ClassName(ModelConfig config) => "BitNetForCausalLM";

    protected override IReadOnlyList<string> Activations => [ActivationNames.ReluSquared];

    public override ModelConfig Read(JsonFields root, string modelType) =>
        ReadShape(root, keyValueHeadsRequired: false, ropeTheta: 5e5, activation: ActivationNames.ReluSquared, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => base.Output(g, config, Norm(g, attended, "self_attn.attn_sub_norm"));

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var gate = g.Linear(input, "mlp.gate_proj", config.IntermediateSize);
        var gated = g.Gate(gate, g.Linear(input, "mlp.up_proj", config.IntermediateSize), ActivationNames.Of(config.HiddenAct));
        return g.Linear(Norm(g, gated, "mlp.ffn_sub_norm"), "mlp.down_proj", config.HiddenSize);
    }

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        Gated[0],
        new(["self_attn.o_proj"], "self_attn.attn_sub_norm", "self_attn.o_proj"),
        Gated[2],
        new(["mlp.down_proj"], "mlp.ffn_sub_norm", "mlp.down_proj"),
    ];
}
