using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Vision;

/// <summary>
/// The vision tower of SigLIP (Zhai et al., arXiv 2303.15343), alone or out of a whole SigLIP. There is no class token: a learned query, the probe, attends to all tokens, and a feed-forward
/// follows. What the probe's query is does not depend on the picture: it is computed when files are read.
/// </summary>
internal sealed class Siglip() : VisionTower("vision_model.")
{
    private const string Whole = "siglip";
    private const string Head = "head.";
    private const string Probe = "head.probe";
    private const string InWeight = "head.attention.in_proj_weight";
    private const string InBias = "head.attention.in_proj_bias";
    private const string Query = "head.attention.probe_query";
    private const string Keys = "attention.k_proj";
    private const string Values = "attention.v_proj";

    public override string Name => "siglip_vision_model";

    public override IReadOnlyList<string> AlsoReads => [Whole];

    public override string ClassName(ModelConfig config) => "SiglipVisionModel";

    public override IReadOnlyList<ScaleGroup> ScaleGroups => ClipLayers.ScaleGroups;

    protected override TowerDefaults Defaults { get; } = new(768, 3072, 12, 12, 224, 16, ActivationNames.GeluTanh, 1e-6, "use a checkpoint like google/siglip-base-patch16-224");

    protected override string Patches => "embeddings.patch_embedding";

    public override ModelConfig Read(JsonFields root, string modelType) => base.Read(
        modelType != Whole ? root : root.Object("vision_config") ?? throw root.Wrong("vision_config", "an object that says what the vision tower is"), Name);

    protected override VisionConfig With(VisionConfig vision, JsonFields root) => root.Bool("vision_use_head") ?? true
        ? vision with { ClassToken = false }
        : throw root.Wrong("vision_use_head", "true: the head makes the vector", Defaults.Next);

    public override string UsualPreprocessor(ModelConfig config) => $$"""
        {"image_processor_type": "SiglipImageProcessor", "size": {"height": {{config.Vision!.ImageHeight}}, "width": {{config.Vision.ImageWidth}} } }
        """;

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config)
    {
        long width = config.HiddenSize;
        string[] made = [Query, $"{Head}{Keys}.weight", $"{Head}{Keys}.bias", $"{Head}{Values}.weight", $"{Head}{Values}.bias"];
        return [.. base.FileTensors(config).Where(use => !made.Contains(use.Name)), new(Probe, [1, 1, width]), new(InWeight, [3 * width, width]), new(InBias, [3 * width])];
    }

    /// <summary>The joined projections of the head taken apart; what does not fit is missed by the names of what it would give.</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors, ModelConfig config)
    {
        long width = config.HiddenSize;
        var own = new Dictionary<string, Tensor>(FromFile(tensors));
        if (!own.TryGetValue(Probe, out var probe) || !own.TryGetValue(InWeight, out var weight) || !own.TryGetValue(InBias, out var bias)
            || probe.Shape is not [var columns] || columns != width || weight.Shape is not [var rows, var inner] || rows != 3 * width || inner != width || bias.Shape is not [var biases] || biases != 3 * width)
            return own;
        if (TensorEdits.Product(TensorEdits.View(weight, InWeight, 0, width), probe, TensorEdits.Part(bias, InBias, 0, width)) is { } query)
            own[Query] = query.Renamed(Query);
        foreach (var (name, start) in new[] { (Head + Keys, width), (Head + Values, 2 * width) })
        {
            own[name + ".weight"] = TensorEdits.View(weight, name + ".weight", start, width);
            own[name + ".bias"] = TensorEdits.Part(bias, name + ".bias", start, width);
        }
        return own;
    }

    protected override Value Tokens(GraphBuilder g, ModelConfig config)
    {
        var hidden = g.AddPositions(g.Linear(g.Patches(), Patches, config.HiddenSize, bias: true), "embeddings.position_embedding.weight", 0);
        return g.LayerNorm(ClipLayers.Run(g, hidden, config), "post_layernorm");
    }

    /// <summary>A layer of its own behind the others, of whose queries only the first counts.</summary>
    protected override Value Vector(GraphBuilder g, Value tokens, ModelConfig config)
    {
        g.BeginLayer(config.NumHiddenLayers, Head);
        var key = g.Linear(tokens, Keys, config.HiddenSize, bias: true);
        var value = g.Linear(tokens, Values, config.HiddenSize, bias: true);
        var attended = g.SelectRow(g.Attention(g.LearnedTokens(key, Query), key, value, causal: false), 0);
        var sum = g.Linear(attended, "attention.out_proj", config.HiddenSize, bias: true);
        return g.Add(sum, ClipLayers.FeedForward(g, g.LayerNorm(sum, "layernorm"), config));
    }
}
