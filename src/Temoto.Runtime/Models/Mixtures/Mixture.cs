using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Mixtures;

/// <summary>A decoder some or all of whose feed-forwards are mixtures of experts. Names are those of the layer.</summary>
/// <param name="router">Gives a logit for each expert.</param>
/// <param name="experts">In front of an expert's number.</param>
/// <param name="gate">Behind it; likewise the others.</param>
internal abstract class Mixture(string router, string experts, string gate, string up, string down) : RotaryDecoder
{
    /// <summary>Experts that one layer of any published model has, some times over.</summary>
    private const int MostExperts = 4096;

    /// <summary>The same of all layers.</summary>
    private const int MostTogether = 1 << 16;

    /// <summary>What each token is sent to, and how many there are.</summary>
    protected static ExpertsConfig ReadExperts(JsonFields root, ModelConfig config, string countKey, int width, bool normalizes)
    {
        var key = root.Has(countKey) ? countKey : "num_local_experts";
        var count = root.RequiredInt(key, 1, MostExperts);
        return Checked(root, key, config, new ExpertsConfig
        {
            NumExperts = count,
            NumExpertsPerTok = root.RequiredInt("num_experts_per_tok", 1, count),
            IntermediateSize = width,
            NormTopkProb = normalizes,
        });
    }

    protected static void WriteExperts(Utf8JsonWriter json, ModelConfig config, string countKey)
    {
        json.WriteNumber(countKey, config.Experts!.NumExperts);
        json.WriteNumber("num_experts_per_tok", config.Experts.NumExpertsPerTok);
    }

    protected override Value FeedForward(GraphBuilder g, ModelConfig config, int layer, Value input) =>
        config.Experts!.IsSparse(layer) ? Routed(g, config, input) : base.FeedForward(g, config, layer, input);

    protected Value Routed(GraphBuilder g, ModelConfig config, Value input)
    {
        var mixture = config.Experts!;
        var logits = g.Linear(input, router, mixture.NumExperts, mixture.HasBiases);
        return g.Experts(
            input,
            logits,
            mixture.NumExpertsPerTok,
            mixture.NormTopkProb,
            number => $"{experts}.{number}.{gate}",
            number => $"{experts}.{number}.{up}",
            number => $"{experts}.{number}.{down}",
            mixture.IntermediateSize,
            Function(config),
            mixture.HasBiases,
            Bounds(config));
    }

    /// <summary>What an expert's gate passes.</summary>
    protected virtual Activation Function(ModelConfig config) => ActivationNames.Of(config.HiddenAct);

    /// <summary>What gate and up of an expert pass before they meet; null leaves them.</summary>
    protected virtual GateBounds? Bounds(ModelConfig config) => null;

    protected override bool HasExperts => true;

    /// <summary>The matrices of all experts lie in one tensor each.</summary>
    protected override IReadOnlyList<GgufJoin> GgufJoins =>
    [
        new("ffn_gate_exps", config => Names(config, gate), IsStacked: true),
        new("ffn_up_exps", config => Names(config, up), IsStacked: true),
        new("ffn_down_exps", config => Names(config, down), IsStacked: true),
    ];

    private IEnumerable<string> Names(ModelConfig config, string part) => Enumerable.Range(0, config.Experts!.NumExperts).Select(number => $"{experts}.{number}.{part}");

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames => [.. GgufOfLayer, ("ffn_gate_inp", router)];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        var count = metadata.RequiredInt("expert_count", 1, MostExperts);
        var used = metadata.RequiredInt("expert_used_count", 1, count);
        return config with
        {
            Experts = Checked(metadata, "expert_count", config, new ExpertsConfig
            {
                NumExperts = count,
                NumExpertsPerTok = used,
                IntermediateSize = metadata.Int("expert_feed_forward_length", 1, ModelLimits.IntermediateSize) ?? GgufExpertWidth(config, used),
                NormTopkProb = GgufNormalizes,
            }),
        };
    }

    /// <summary>Of files that do not say.</summary>
    protected virtual int GgufExpertWidth(ModelConfig config, int used) => config.IntermediateSize;

    /// <summary>What llama.cpp does with this architecture: it has no key for it.</summary>
    protected virtual bool GgufNormalizes => false;

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
    [
        .. base.WriteGguf(config),
        ("expert_count", (uint)config.Experts!.NumExperts),
        ("expert_used_count", (uint)config.Experts.NumExpertsPerTok),
        ("expert_feed_forward_length", (uint)config.Experts.IntermediateSize),
    ];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : config.Experts!.NormTopkProb != GgufNormalizes ? $"norm_topk_prob {(config.Experts.NormTopkProb ? "true" : "false")}"
        : config.Experts.SparseLayers is not null ? "layers without experts among those with"
        : null;

    /// <summary>Names of all of them are made before any weight is found: a bound on what an untrusted file can ask for.</summary>
    private static ExpertsConfig Checked(IConfigFields fields, string key, ModelConfig config, ExpertsConfig experts) =>
        (long)experts.NumExperts * config.NumHiddenLayers > MostTogether ? throw fields.Wrong(key, $"at most {MostTogether} experts in all {config.NumHiddenLayers} layers together")
        : (long)experts.NumExpertsPerTok * experts.IntermediateSize > ModelLimits.IntermediateSize ? throw fields.Wrong(key, $"experts of a token that are together at most {ModelLimits.IntermediateSize} wide")
        : experts;

    /// <summary>None: a mixture is rounded to nearest. Which of its matrices see which activations depends on the tokens.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups => [];
}
