using System.Globalization;
using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Vision;

/// <summary>
/// Vision transformers: ViT (Dosovitskiy et al., arXiv 2010.11929) and DeiT (Touvron et al., arXiv 2012.12877). Patches of the picture are tokens; behind a class
/// token (and DeiT's distillation token) they pass pre-norm layers in which every token sees every other. The class is read off the class token; a DeiT with
/// two heads averages what class and distillation token say.
/// </summary>
/// <param name="name">vit or deit.</param>
internal sealed class Vit(string name) : ModelType
{
    private const string WithTeacher = "DeiTForImageClassificationWithTeacher";

    /// <summary>The second token, by which DeiT differs.</summary>
    private readonly bool distills = name == "deit";

    public override string Name => name;

    public override bool LearnsPositions => true;

    public override bool SeesPictures => true;

    /// <summary>AutoAWQ has no vision transformers: the groups of OPT, but GELU lets no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["attention.attention.query", "attention.attention.key", "attention.attention.value"], "layernorm_before", "attention.output.dense"),
        new(["attention.output.dense"], "attention.attention.value", "attention.output.dense", NeedsEqualShapes: true),
        new(["intermediate.dense"], "layernorm_after", "output.dense"),
        new(["output.dense"], null, "output.dense"),
    ];

    public override string ClassName(ModelConfig config) => !distills ? "ViTForImageClassification" : config.Vision!.DistillationClassifier ? WithTeacher : "DeiTForImageClassification";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFacePlain, rotary: false);
        const string next = "use a checkpoint like google/vit-base-patch16-224";
        if ((root.String("hidden_act") ?? "gelu") != "gelu")
            throw root.Wrong("hidden_act", "gelu", next);
        PictureKeys.RequireChannels(root, next);
        var vision = Vision(root);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = 0,
            MaxPositionEmbeddings = vision.Tokens,
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-12),
            AttentionBias = root.Bool("qkv_bias") ?? true,
            MlpBias = true,
            HiddenAct = "gelu",
            Vision = vision,
        };
    }

    private VisionConfig Vision(JsonFields root)
    {
        var size = PictureKeys.ReadImageSize(root);
        var patch = root.RequiredInt("patch_size", 1, ModelLimits.PatchSide);
        if (size.Count == 0 || size.Any(side => side % patch != 0))
            throw PictureKeys.WrongImageSize(root, $"multiples of the patch_size {patch}");
        return new VisionConfig
        {
            ImageHeight = size[0],
            ImageWidth = size[^1],
            PatchSize = patch,
            DistillationToken = distills,
            DistillationClassifier = distills && root.Strings("architectures", most: 16).Contains(WithTeacher),
            Labels = Labels(root),
        };
    }

    private static string[] Labels(JsonFields root)
    {
        const string expected = "an object that names the classes 0, 1 ...";
        if (root.Object("id2label") is not { } names || names.Keys is not { Count: > 0 and <= ModelLimits.Labels } keys)
            throw root.Wrong("id2label", $"{expected} (at most {ModelLimits.Labels})");
        var labels = new string[keys.Count];
        foreach (var key in keys)
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= labels.Length || labels[index] is not null)
                throw names.Wrong(key, expected);
            labels[index] = names.String(key) ?? throw names.Wrong(key, "the name of a class");
        }
        return labels;
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        var vision = config.Vision!;
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteString("hidden_act", config.HiddenAct);
        json.WriteBoolean("qkv_bias", config.AttentionBias);
        PictureKeys.Write(json, vision);
        json.WriteStartObject("id2label");
        for (var i = 0; i < vision.Labels.Count; i++)
            json.WriteString(i.ToString(CultureInfo.InvariantCulture), vision.Labels[i]);
        json.WriteEndObject();
    }

    /// <summary>In files the matrix of the patches is a convolution [hidden, 3, p, p], a token is [1, 1, hidden], the table of positions [1, tokens, hidden].</summary>
    public override IReadOnlyList<WeightUse> FileTensors(ModelConfig config) => [.. Build(config).Weights.Select(use => use with { Shape = FileShape(use, config.Vision!) })];

    private static Items<long> FileShape(WeightUse use, VisionConfig vision) => (use.Name[(use.Name.IndexOf('.') + 1)..], use.Shape) switch
    {
        ("embeddings.patch_embeddings.projection.weight", _) => PictureTensors.Convolution(use, vision),
        ("embeddings.cls_token" or "embeddings.distillation_token", [var width]) => [1, 1, width],
        ("embeddings.position_embeddings", [var rows, var width]) => [1, rows, width],
        (_, var shape) => shape,
    };

    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => PictureTensors.Flat(tensors);

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var vision = config.Vision!;
        var root = name;
        var width = config.NumAttentionHeads * config.HeadDim;

        var hidden = g.Linear(g.Patches(), $"{root}.embeddings.patch_embeddings.projection", config.HiddenSize, bias: true);
        hidden = vision.DistillationToken
            ? g.LearnedTokens(hidden, $"{root}.embeddings.cls_token", $"{root}.embeddings.distillation_token")
            : g.LearnedTokens(hidden, $"{root}.embeddings.cls_token");
        hidden = g.AddPositions(hidden, $"{root}.embeddings.position_embeddings", 0);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"{root}.encoder.layer.{layer}.");

            var normed = g.LayerNorm(hidden, "layernorm_before");
            var query = g.Linear(normed, "attention.attention.query", width, config.AttentionBias);
            var key = g.Linear(normed, "attention.attention.key", width, config.AttentionBias);
            var value = g.Linear(normed, "attention.attention.value", width, config.AttentionBias);
            var attended = g.Attention(query, key, value, causal: false);
            hidden = g.Add(hidden, g.Linear(attended, "attention.output.dense", config.HiddenSize, bias: true));

            normed = g.LayerNorm(hidden, "layernorm_after");
            var up = g.Gelu(g.Linear(normed, "intermediate.dense", config.IntermediateSize, bias: true));
            hidden = g.Add(hidden, g.Linear(up, "output.dense", config.HiddenSize, bias: true));
        }
        g.EndLayers();

        Value Head(int row, string classifier) =>
            g.Linear(g.LayerNorm(g.SelectRow(hidden, row), $"{root}.layernorm"), classifier, vision.Labels.Count, bias: true);

        return g.Build(vision.DistillationClassifier ? g.Average(Head(0, "cls_classifier"), Head(1, "distillation_classifier")) : Head(0, "classifier"));
    }
}
