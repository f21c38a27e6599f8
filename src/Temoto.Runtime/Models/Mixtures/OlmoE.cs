using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Mixtures;

/// <summary>OLMoE (arXiv 2409.02060): as Llama, with norms of all heads of q, and of k, together, and experts.</summary>
internal sealed class OlmoE() : Mixture("mlp.gate", "mlp.experts", "gate_proj", "up_proj", "down_proj")
{
    public override string Name => "olmoe";

    public override string ClassName(ModelConfig config) => "OlmoeForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Has("clip_qkv"))
            throw root.Wrong("clip_qkv", "null", "use a checkpoint whose q, k and v are not clipped");
        var config = ReadShape(root, keyValueHeadsRequired: false, rmsNormEps: 1e-5) with { AttentionBias = root.Bool("attention_bias") ?? false };
        return config with { Experts = ReadExperts(root, config, "num_experts", config.IntermediateSize, root.Bool("norm_topk_prob") ?? false) };
    }

    protected override bool HasGguf => true;

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("norm_topk_prob", config.Experts!.NormTopkProb);
        WriteExperts(json, config, "num_experts");
    }

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(g.RmsNorm(projected, isKey ? "self_attn.k_norm" : "self_attn.q_norm"));
}
