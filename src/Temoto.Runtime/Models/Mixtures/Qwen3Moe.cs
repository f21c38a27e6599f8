using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Mixtures;

/// <summary>Qwen3-30B-A3B and the like (arXiv 2505.09388): as Qwen3, with experts.</summary>
internal sealed class Qwen3Moe : QwenMoe
{
    public override string Name => "qwen3_moe";

    public override string ClassName(ModelConfig config) => "Qwen3MoeForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var shape = ReadShape(root, keyValueHeadsRequired: false) with { AttentionBias = root.Bool("attention_bias") ?? false };
        // Its class has windows in all layers or in none.
        var config = root.Bool("use_sliding_window") ?? false ? WithWindows(root, shape, _ => true, 4096) : shape;
        return config with { Experts = ReadQwenExperts(root, config, 768, normalizes: false) };
    }

    protected override bool HasGguf => true;

    protected override string GgufName => "qwen3moe";

    protected override bool GgufNormalizes => true;

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        json.WriteBoolean("attention_bias", config.AttentionBias);
    }

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(HeadNorm(g, projected, isKey));
}
