using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Phi 3 and 4-mini (arXiv 2404.14219): as Llama; q, k and v are one matrix in files, gate and up another. Part of a head may be turned, by factors for short and for long contexts.</summary>
internal sealed class Phi3 : RotaryDecoder
{
    private const string Fused = "self_attn.qkv_proj.weight";
    private const string FusedGate = "mlp.gate_up_proj.weight";

    public override string Name => "phi3";

    public override string ClassName(ModelConfig config) => "Phi3ForCausalLM";

    protected override bool HasWindows => true;

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => WithWindows(root, ReadShape(root, keyValueHeadsRequired: false), _ => true) with { AttentionBias = root.Bool("attention_bias") ?? false };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        WriteWindows(json, config);
    }

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => TensorEdits.Joined(Build(config).Weights, Parts);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => TensorEdits.Split(FromFile(tensors), Parts, Build(config).Weights);

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        [Fused] = ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"],
        [FusedGate] = ["mlp.gate_proj.weight", "mlp.up_proj.weight"],
    };
}
