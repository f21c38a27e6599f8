using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Mixtures;

/// <summary>What Qwen2-MoE and Qwen3-MoE share: experts in some layers, feed-forwards in the others.</summary>
internal abstract class QwenMoe() : Mixture("mlp.gate", "mlp.experts", "gate_proj", "up_proj", "down_proj")
{
    public override TokenizerFamily? Tokenizer => TokenizerFamily.Qwen2;

    protected override bool HasWindows => true;

    protected static ExpertsConfig ReadQwenExperts(JsonFields root, ModelConfig config, int width, bool normalizes)
    {
        var every = root.Int("decoder_sparse_step", 1, ModelLimits.Layers) ?? 1;
        var dense = root.IntOrList("mlp_only_layers", 0, ModelLimits.Layers, ModelLimits.Layers).ToHashSet();
        var sparse = Enumerable.Range(0, config.NumHiddenLayers).Select(layer => (layer + 1) % every == 0 && !dense.Contains(layer) ? 1 : 0).ToArray();
        return ReadExperts(root, config, "num_experts", root.Int("moe_intermediate_size", 1, ModelLimits.IntermediateSize) ?? width, root.Bool("norm_topk_prob") ?? normalizes) with
        {
            SparseLayers = sparse.All(layer => layer != 0) ? null : [.. sparse],
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        WriteSwitchedWindows(json, config);
        WriteExperts(json, config, "num_experts");
        json.WriteNumber("moe_intermediate_size", config.Experts!.IntermediateSize);
        json.WriteBoolean("norm_topk_prob", config.Experts.NormTopkProb);
        json.WriteStartArray("mlp_only_layers");
        foreach (var (layer, sparse) in (config.Experts.SparseLayers ?? []).Index())
        {
            if (sparse == 0)
                json.WriteNumberValue(layer);
        }
        json.WriteEndArray();
    }
}
