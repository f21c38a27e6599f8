using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>GLM-4-9B and GLM-Edge: as Llama, with biases on q, k and v, half of each head turned in neighbouring columns, and gate and up one matrix in files.</summary>
internal class Glm : RotaryDecoder
{
    public override string Name => "glm";

    public override string ClassName(ModelConfig config) => "GlmForCausalLM";

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, headDim: 128, rotaryPart: 0.5, rmsNormEps: 1.5625e-7) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        AttentionOutBias = false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => TensorEdits.Joined(Build(config).Weights, Parts);

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config) => TensorEdits.Split(FromFile(tensors), Parts, Build(config).Weights);

    protected override bool HasGguf => true;

    protected override string GgufName => "chatglm";

    protected override bool TurnsParts => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
        [.. GgufOfLayer.Where(name => name.Gguf is not ("attn_q_norm" or "attn_k_norm" or "ffn_gate" or "ffn_up"))];

    /// <summary>Files that were made of the checkpoints with their own code (ChatGLMModel) have one matrix for q, k and v too.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads with { IsOnlyRead = true }, GgufFusedGate];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with
    {
        AttentionBias = tensors.ContainsKey("blk.0.attn_q.bias") || tensors.ContainsKey("blk.0.attn_qkv.bias"),
        AttentionOutBias = false,
    };

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(projected, neighbours: true);

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Parts = new Dictionary<string, IReadOnlyList<string>>
    {
        ["mlp.gate_up_proj.weight"] = ["mlp.gate_proj.weight", "mlp.up_proj.weight"],
    };
}
