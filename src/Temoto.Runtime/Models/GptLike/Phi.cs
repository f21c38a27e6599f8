using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>Phi 1, 1.5 and 2: layer norms, biases everywhere, attention and feed-forward side by side behind one norm, part of each head turned.</summary>
internal sealed class Phi : RotaryDecoder
{
    public override string Name => "phi";

    public override string ClassName(ModelConfig config) => "PhiForCausalLM";

    protected override IReadOnlyList<string> Activations => ActivationNames.GeluTanhNames;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (root.Bool("qk_layernorm") ?? false)
            throw root.Wrong("qk_layernorm", "false", "use a checkpoint without norms of q and k");
        return ReadShape(root, keyValueHeadsRequired: false, rotaryPart: 0.5, activation: "gelu_new") with
        {
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-5),
            AttentionBias = true,
            MlpBias = true,
        };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteNumber("layer_norm_eps", config.LayerNormEps);

    protected override bool HasGguf => true;

    protected override string GgufName => "phi2";

    protected override bool GgufHasLayerNorms => true;

    protected override bool GgufTiesHead => false;

    protected override bool TurnsParts => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufWhole => [.. base.GgufWhole, ("output.bias", $"{HeadName}.bias")];

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf is "attn_norm" or "attn_q" or "attn_k" or "attn_v"),
        ("attn_output", "self_attn.dense"),
        ("ffn_up", "mlp.fc1"),
        ("ffn_down", "mlp.fc2"),
    ];

    /// <summary>Files from before 2024 have one matrix for q, k and v, as the first checkpoints had.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins { get; } = [GgufFusedHeads with { IsOnlyRead = true }];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => base.ReadGguf(metadata, tensors) with { AttentionBias = true };

    protected override string FinalNorm => "model.final_layernorm";

    protected override Value Norm(GraphBuilder g, Value input, string name) => g.LayerNorm(input, name);

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        var normed = Norm(g, hidden, "input_layernorm");
        var attended = g.Add(hidden, SelfAttention(g, config, layer, normed));
        return g.Add(attended, FeedForward(g, config, layer, normed));
    }

    protected override Value Output(GraphBuilder g, ModelConfig config, Value attended) => g.Linear(attended, "self_attn.dense", config.HiddenSize, bias: true);

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) =>
        g.Linear(g.Activate(g.Linear(input, "mlp.fc1", config.IntermediateSize, bias: true), ActivationNames.Of(config.HiddenAct)), "mlp.fc2", config.HiddenSize, bias: true);

    protected override Value Head(GraphBuilder g, ModelConfig config, Value input) => g.Linear(input, HeadName, config.VocabSize, bias: true);

    /// <summary>GELU lets no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.fc1"], "input_layernorm", "mlp.fc1"),
        new(["self_attn.dense"], "self_attn.v_proj", "self_attn.dense", NeedsEqualShapes: true),
        new(["mlp.fc2"], null, "mlp.fc2"),
    ];
}
