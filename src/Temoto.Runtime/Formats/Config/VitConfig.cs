using System.Globalization;
using System.Text.Json;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Formats.Config;

/// <summary>The keys of config.json of the model types vit and deit.</summary>
internal static class VitConfig
{
    private const string WithTeacher = "DeiTForImageClassificationWithTeacher";

    public static ModelConfig Read(JsonFields root, string modelType)
    {
        var hiddenSize = root.RequiredInt("hidden_size", 1, ModelLimits.Width);
        var heads = root.RequiredInt("num_attention_heads", 1, ModelLimits.Width);
        if (hiddenSize % heads != 0 || hiddenSize / heads > ModelLimits.HeadDim)
            throw root.Wrong("num_attention_heads", $"a divisor of the hidden_size {hiddenSize}, heads of at most {ModelLimits.HeadDim}");
        const string next = "use a checkpoint like google/vit-base-patch16-224";
        if ((root.String("hidden_act") ?? "gelu") != "gelu")
            throw root.Wrong("hidden_act", "gelu", next);
        if (root.Int("num_channels", 1, int.MaxValue) is not (null or VisionConfig.Channels))
            throw root.Wrong("num_channels", $"{VisionConfig.Channels}", next);
        var vision = Vision(root, modelType == "deit");
        return new ModelConfig
        {
            ModelType = modelType,
            HiddenSize = hiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads,
            NumKeyValueHeads = heads,
            HeadDim = hiddenSize / heads,
            VocabSize = 0,
            MaxPositionEmbeddings = vision.Tokens,
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-12),
            AttentionBias = root.Bool("qkv_bias") ?? true,
            MlpBias = true,
            HiddenAct = "gelu",
            Vision = vision,
        };
    }

    private static VisionConfig Vision(JsonFields root, bool distillationToken)
    {
        // One number, or height and width.
        var size = root.IntOrList("image_size", 1, ModelLimits.ImageSide, most: 2);
        var patch = root.RequiredInt("patch_size", 1, ModelLimits.PatchSide);
        if (size.Count == 0 || size.Any(side => side % patch != 0))
            throw root.Wrong("image_size", $"multiples of the patch_size {patch}, up to {ModelLimits.ImageSide}");
        return new VisionConfig
        {
            ImageHeight = size[0],
            ImageWidth = size[^1],
            PatchSize = patch,
            DistillationToken = distillationToken,
            DistillationClassifier = distillationToken && root.Strings("architectures", most: 16).Contains(WithTeacher),
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

    /// <summary>The name transformers gives to the model's class.</summary>
    public static string Architecture(ModelConfig config) => config.ModelType == "vit" ? "ViTForImageClassification" : config.Vision!.DistillationClassifier ? WithTeacher : "DeiTForImageClassification";

    /// <summary>The shape, as <see cref="Read"/> reads it.</summary>
    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        var vision = config.Vision!;
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteString("hidden_act", config.HiddenAct);
        json.WriteBoolean("qkv_bias", config.AttentionBias);
        json.WriteNumber("num_channels", VisionConfig.Channels);
        json.WriteNumber("patch_size", vision.PatchSize);
        if (vision.ImageHeight == vision.ImageWidth)
        {
            json.WriteNumber("image_size", vision.ImageHeight);
        }
        else
        {
            json.WriteStartArray("image_size");
            json.WriteNumberValue(vision.ImageHeight);
            json.WriteNumberValue(vision.ImageWidth);
            json.WriteEndArray();
        }
        json.WriteStartObject("id2label");
        for (var i = 0; i < vision.Labels.Count; i++)
            json.WriteString(i.ToString(CultureInfo.InvariantCulture), vision.Labels[i]);
        json.WriteEndObject();
    }

    /// <summary>
    /// The tensors as the operations read them: the convolution over patches [hidden, 3, p, p] is a matrix [hidden, 3 p p], tokens [1, 1, hidden] are vectors, positions
    /// [1, tokens, hidden] a table. The bytes stay where they are.
    /// </summary>
    public static unsafe IReadOnlyDictionary<string, Tensor> Flatten(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var flat = new Dictionary<string, Tensor>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var shape = FlatShape(tensor.Shape);
            flat.Add(name, shape == tensor.Shape ? tensor : new Tensor(name, tensor.DType, shape, tensor.Data, tensor.ByteLength, tensor));
        }
        return flat;
    }

    /// <summary>The shape that <see cref="Flatten"/> gives a tensor; the same array where nothing changes.</summary>
    public static long[] FlatShape(long[] shape) => shape switch
    {
        [1, 1, var width] => [width],
        [1, var rows, var width] => [rows, width],
        [var rows, VisionConfig.Channels, var height, var width] => [rows, VisionConfig.Channels * height * width],
        _ => shape,
    };
}
