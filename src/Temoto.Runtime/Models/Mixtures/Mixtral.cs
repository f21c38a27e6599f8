using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Mixtures;

/// <summary>Mixtral (arXiv 2401.04088): as Mistral, with experts.</summary>
internal sealed class Mixtral() : Mixture("block_sparse_moe.gate", "block_sparse_moe.experts", "w1", "w3", "w2")
{
    public override string Name => "mixtral";

    public override string ClassName(ModelConfig config) => "MixtralForCausalLM";

    protected override bool HasWindows => true;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = WithWindows(root, ReadShape(root, keyValueHeadsRequired: false, ropeTheta: 1e6, rmsNormEps: 1e-5), _ => true);
        return config with { Experts = ReadExperts(root, config, "num_local_experts", config.IntermediateSize, normalizes: true) };
    }

    protected override bool HasGguf => true;

    /// <summary>A Llama with experts, to llama.cpp.</summary>
    protected override string GgufName => "llama";

    protected override Func<IConfigFields, bool> GgufTakes => metadata => metadata.Int("expert_count", 0, int.MaxValue) is > 0;

    protected override bool GgufInterleavesRope => true;

    protected override bool GgufNormalizes => true;

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        WriteWindows(json, config);
        WriteExperts(json, config, "num_local_experts");
    }
}
