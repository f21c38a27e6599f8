using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Mixtures;

/// <summary>Qwen1.5-MoE and Qwen2-57B-A14B: as Qwen2, with experts and a feed-forward beside them that every token passes, as far as a gate of its own lets it.</summary>
internal sealed class Qwen2Moe : QwenMoe
{
    public override string Name => "qwen2_moe";

    public override string ClassName(ModelConfig config) => "Qwen2MoeForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = WithSwitchedWindows(root, ReadShape(root, keyValueHeadsRequired: false)) with { AttentionBias = root.Bool("qkv_bias") ?? true };
        return config with
        {
            Experts = ReadQwenExperts(root, config, 1408, normalizes: false) with { SharedIntermediateSize = root.Int("shared_expert_intermediate_size", 1, ModelLimits.IntermediateSize) ?? 5632 },
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        json.WriteBoolean("qkv_bias", config.AttentionBias);
        json.WriteNumber("shared_expert_intermediate_size", config.Experts!.SharedIntermediateSize!.Value);
    }

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attn.o_proj", config.HiddenSize);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var own = base.FeedForward(g, config, layer, input);
        if (!config.Experts!.IsSparse(layer))
            return own;
        var width = config.Experts.SharedIntermediateSize!.Value;
        var gated = g.SiluMultiply(g.Linear(input, "mlp.shared_expert.gate_proj", width), g.Linear(input, "mlp.shared_expert.up_proj", width));
        var shared = g.Linear(gated, "mlp.shared_expert.down_proj", config.HiddenSize);
        return g.Add(own, g.ScaleRows(shared, g.Linear(input, "mlp.shared_expert_gate", 1)));
    }
}
