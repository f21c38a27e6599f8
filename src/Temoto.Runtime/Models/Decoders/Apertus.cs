using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Apertus (arXiv 2509.14233): as Qwen3 with norms of q and k, without gates: down(xIELU(up(x))), whose curves are learned by layer.</summary>
internal sealed class Apertus : RotaryDecoder
{
    private const string Function = "mlp.act_fn.";

    /// <summary>The file's two, made positive as the function takes them, and its two constants: one vector.</summary>
    private const string Parameters = Function + "parameters";

    private static readonly (string Name, Items<long> Shape)[] FileParameters = [("alpha_p", [1]), ("alpha_n", [1]), ("beta", []), ("eps", [])];

    public override string Name => "apertus";

    public override string ClassName(ModelConfig config) => "ApertusForCausalLM";

    protected override IReadOnlyList<string> Activations => [ActivationNames.Xielu];

    public override bool KeepsTensors => false;

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false, ropeTheta: 12_000_000, activation: ActivationNames.Xielu, rmsNormEps: 1e-5) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) =>
    [
        .. Build(config).Weights.SelectMany(use => use.Name.EndsWith(Parameters, StringComparison.Ordinal)
            ? FileParameters.Select(parameter => new WeightUse(use.Name[..^Parameters.Length] + Function + parameter.Name, parameter.Shape))
            : [use]),
    ];

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        var result = new Dictionary<string, Tensor>(FromFile(tensors));
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            var front = $"{LayerPrefix}{layer}.";
            float? Of(string name) => result.TryGetValue(front + Function + name, out var tensor) ? TensorEdits.Number(tensor) : null;
            // What is missing is missed by the vector's name.
            if (Of("alpha_p") is { } positive && Of("alpha_n") is { } negative && Of("beta") is { } slope && Of("eps") is { } most)
                result[front + Parameters] = TensorEdits.Vector(front + Parameters, [Softplus(positive), slope + Softplus(negative), slope, most]);
        }
        return result;
    }

    /// <summary>log(1 + exp(x)).</summary>
    private static float Softplus(float x) => x > 20 ? x : (float)Math.Log(1 + Math.Exp(x));

    protected override string NameOfAttentionNorm => "attention_layernorm";

    protected override string NameOfFeedForwardNorm => "feedforward_layernorm";

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => g.Rope(HeadNorm(g, projected, isKey));

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) =>
        g.Linear(g.Xielu(g.Linear(input, "mlp.up_proj", config.IntermediateSize), Parameters), "mlp.down_proj", config.HiddenSize);

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = Ungated("self_attn.o_proj", "attention_layernorm", "feedforward_layernorm", "mlp.up_proj", "mlp.down_proj");
}
