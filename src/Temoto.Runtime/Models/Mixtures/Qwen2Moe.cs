using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Mixtures;

/// <summary>Qwen1.5-MoE and Qwen2-57B-A14B: as Qwen2, with experts and a feed-forward beside them that every token passes, as far as a gate of its own lets it.</summary>
internal sealed class Qwen2Moe : QwenMoe
{
    private const string SharedGate = "mlp.shared_expert_gate";

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

    protected override bool HasGguf => true;

    protected override string GgufName => "qwen2moe";

    protected override bool GgufTiesHead => false;

    /// <summary>The gate is a matrix of one row, which files may hold as a vector.</summary>
    protected override Tensor FromGguf(Tensor tensor) =>
        tensor.Shape.Length == 1 && tensor.Name.EndsWith($".{SharedGate}.weight", StringComparison.Ordinal) ? TensorEdits.View(tensor, tensor.Name, 0, 1) : tensor;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames =>
    [
        .. base.GgufNames,
        ("ffn_gate_inp_shexp", SharedGate),
        ("ffn_gate_shexp", "mlp.shared_expert.gate_proj"),
        ("ffn_up_shexp", "mlp.shared_expert.up_proj"),
        ("ffn_down_shexp", "mlp.shared_expert.down_proj"),
    ];

    /// <summary>The first files have no width but that of the feed-forward beside the experts, which is as wide as those of a token together.</summary>
    protected override int GgufExpertWidth(ModelConfig config, int used) => Math.Max(1, config.IntermediateSize / used);

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        var width = metadata.Int("expert_shared_feed_forward_length", 1, ModelLimits.IntermediateSize) ?? config.IntermediateSize;
        return config with { Experts = config.Experts! with { SharedIntermediateSize = width } };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
        [.. base.WriteGguf(config), ("expert_shared_feed_forward_length", (uint)config.Experts!.SharedIntermediateSize!.Value)];

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attn.o_proj", config.HiddenSize);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input)
    {
        var own = base.FeedForward(g, config, layer, input);
        if (!config.Experts!.IsSparse(layer))
            return own;
        var width = config.Experts.SharedIntermediateSize!.Value;
        var gated = g.SiluMultiply(g.Linear(input, "mlp.shared_expert.gate_proj", width), g.Linear(input, "mlp.shared_expert.up_proj", width));
        var shared = g.Linear(gated, "mlp.shared_expert.down_proj", config.HiddenSize);
        return g.Add(own, g.ScaleRows(shared, g.Linear(input, SharedGate, 1)));
    }
}
