using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models.Decoders;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Mixtures;

/// <summary>A decoder some or all of whose feed-forwards are mixtures of experts. Names are those of the layer.</summary>
/// <param name="router">Gives a logit for each expert.</param>
/// <param name="experts">In front of an expert's number.</param>
/// <param name="gate">Behind it; likewise the others.</param>
internal abstract class Mixture(string router, string experts, string gate, string up, string down) : RotaryDecoder
{
    /// <summary>Experts that one layer of any published model has, some times over.</summary>
    private const int MostExperts = 4096;

    /// <summary>What each token is sent to, and how many there are.</summary>
    protected static ExpertsConfig ReadExperts(JsonFields root, string countKey, int width, bool normalizes)
    {
        var count = root.RequiredInt(root.Has(countKey) ? countKey : "num_local_experts", 1, MostExperts);
        return new ExpertsConfig
        {
            NumExperts = count,
            NumExpertsPerTok = root.RequiredInt("num_experts_per_tok", 1, count),
            IntermediateSize = width,
            NormTopkProb = normalizes,
        };
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
        var logits = g.Linear(input, router, mixture.NumExperts);
        return g.Experts(
            input,
            logits,
            mixture.NumExpertsPerTok,
            mixture.NormTopkProb,
            number => $"{experts}.{number}.{gate}",
            number => $"{experts}.{number}.{up}",
            number => $"{experts}.{number}.{down}",
            mixture.IntermediateSize,
            ActivationNames.Of(config.HiddenAct));
    }

    /// <summary>None: a mixture is rounded to nearest. Which of its matrices see which activations depends on the tokens.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups => [];
}
