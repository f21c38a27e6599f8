using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Vision;

/// <summary>
/// DINOv2 (Oquab et al., arXiv 2304.07193): the vector of the class token behind the last norm. Each element of what attention and feed-forward give is multiplied by a learned number (layer
/// scale), which is multiplied into the rows of the matrix before it when files are read.
/// </summary>
internal sealed class Dinov2() : VisionTower("dinov2.")
{
    /// <summary>What the file scales: the end of the learned numbers' names, the matrix before, and the name of both together, so that where one is missing both are.</summary>
    private static readonly (string Scale, string Linear, string Scaled)[] LayerScales =
    [
        ("layer_scale1.lambda1", "attention.output.dense", "attention.output.dense_scaled"),
        ("layer_scale2.lambda1", "mlp.fc2", "mlp.fc2_scaled"),
    ];

    public override string Name => "dinov2";

    public override string ClassName(ModelConfig config) => "Dinov2Model";

    /// <summary>GELU lets no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["attention.attention.query", "attention.attention.key", "attention.attention.value"], "norm1", LayerScales[0].Scaled),
        new([LayerScales[0].Scaled], "attention.attention.value", LayerScales[0].Scaled, NeedsEqualShapes: true),
        new(["mlp.fc1"], "norm2", LayerScales[1].Scaled),
        new([LayerScales[1].Scaled], null, LayerScales[1].Scaled),
    ];

    protected override TowerDefaults Defaults { get; } = new(768, 3072, 12, 12, 224, 14, ActivationNames.Gelu, 1e-6, "use a checkpoint like facebook/dinov2-base");

    protected override string Patches => "embeddings.patch_embeddings.projection";

    public override ModelConfig Read(JsonFields root, string modelType) => base.Read(root, modelType) with { AttentionBias = root.Bool("qkv_bias") ?? true };

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        base.Write(json, config);
        json.WriteBoolean("qkv_bias", config.AttentionBias);
    }

    protected override VisionConfig With(VisionConfig vision, JsonFields root) =>
        root.Bool("use_swiglu_ffn") ?? false ? throw root.Wrong("use_swiglu_ffn", "false: a feed-forward of two matrices", Defaults.Next) : vision;

    protected override int ReadIntermediate(JsonFields root, int hidden)
    {
        const string key = "mlp_ratio";
        var width = hidden * (root.Number(key, 0, ModelLimits.IntermediateSize) ?? 4);
        return width is >= 1 and <= ModelLimits.IntermediateSize ? (int)width : throw root.Wrong(key, $"a factor of the hidden_size {hidden} that gives a width from 1 to {ModelLimits.IntermediateSize}");
    }

    /// <summary>The width is cut off to a whole number where it is read: half of one more lies on the safe side.</summary>
    protected override void WriteIntermediate(Utf8JsonWriter json, ModelConfig config)
    {
        var (whole, rest) = int.DivRem(config.IntermediateSize, config.HiddenSize);
        json.WriteNumber("mlp_ratio", rest == 0 ? whole : (config.IntermediateSize + 0.5) / config.HiddenSize);
    }

    /// <summary>Published ones were trained on other sizes than their processor gives: positions are interpolated.</summary>
    public override string UsualPreprocessor(ModelConfig config) => """
        {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
        """;

    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config)
    {
        long width = config.HiddenSize;
        var scales = Enumerable.Range(0, config.NumHiddenLayers).SelectMany(layer => LayerScales.Select(names => new WeightUse($"encoder.layer.{layer}.{names.Scale}", [width])));
        return [.. base.FileTensors(config).Select(FileTensor), .. scales, new("embeddings.mask_token", [1, width])];
    }

    private static WeightUse FileTensor(WeightUse use) => (use.Name, use.Shape) switch
    {
        ("embeddings.cls_token", [var width]) => use with { Shape = [1, 1, width] },
        ("embeddings.position_embeddings", [var rows, var width]) => use with { Shape = [1, rows, width] },
        _ => LayerScales.Aggregate(use, (named, names) => named with { Name = named.Name.Replace($".{names.Scaled}.", $".{names.Linear}.", StringComparison.Ordinal) }),
    };

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var own = new Dictionary<string, Tensor>(base.FromFile(tensors));
        foreach (var (name, scale) in own.ToList())
        {
            foreach (var names in LayerScales.Where(names => name.EndsWith($".{names.Scale}", StringComparison.Ordinal)))
                Fold(own, scale, name[..^names.Scale.Length], names.Linear, names.Scaled);
        }
        return own;
    }

    /// <summary>In float32: the product of two BF16 has 16 bits. The matrix takes the place of what it was made of.</summary>
    private static void Fold(Dictionary<string, Tensor> tensors, Tensor scale, string layer, string linear, string scaled)
    {
        foreach (var end in new[] { ".weight", ".bias" })
        {
            if (tensors.TryGetValue(layer + linear + end, out var tensor) && TensorEdits.ScaleRows(tensor, scale) is { } folded && tensors.Remove(layer + linear + end))
                tensors[layer + scaled + end] = folded.Renamed(layer + scaled + end);
        }
        tensors.Remove(scale.Name);
    }

    protected override Value Tokens(GraphBuilder g, ModelConfig config)
    {
        var hidden = g.LearnedTokens(g.Linear(g.Patches(), Patches, config.HiddenSize, bias: true), "embeddings.cls_token");
        hidden = g.AddPositions(hidden, "embeddings.position_embeddings", 0);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"encoder.layer.{layer}.");
            hidden = g.Add(hidden, Attention(g, g.LayerNorm(hidden, "norm1"), config));
            var up = g.Activate(g.Linear(g.LayerNorm(hidden, "norm2"), "mlp.fc1", config.IntermediateSize, bias: true), ActivationNames.Of(config.HiddenAct));
            hidden = g.Add(hidden, g.Linear(up, LayerScales[1].Scaled, config.HiddenSize, bias: true));
        }
        g.EndLayers();
        return g.LayerNorm(hidden, "layernorm");
    }

    private static Value Attention(GraphBuilder g, Value normed, ModelConfig config)
    {
        var query = g.Linear(normed, "attention.attention.query", config.HiddenSize, config.AttentionBias);
        var key = g.Linear(normed, "attention.attention.key", config.HiddenSize, config.AttentionBias);
        var value = g.Linear(normed, "attention.attention.value", config.HiddenSize, config.AttentionBias);
        return g.Linear(g.Attention(query, key, value, causal: false), LayerScales[0].Scaled, config.HiddenSize, bias: true);
    }

    protected override Value Vector(GraphBuilder g, Value tokens, ModelConfig config) => g.SelectRow(tokens, 0);
}
