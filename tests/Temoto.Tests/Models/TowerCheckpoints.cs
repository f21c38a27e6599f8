using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Formats.Images;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

/// <summary>Tiny models that make vectors of pictures, with seeded weights, as files of all the forms that people have.</summary>
internal static class TowerCheckpoints
{
    /// <summary>By model type.</summary>
    public static ModelConfig Config(string type) => new()
    {
        ModelType = type,
        HiddenSize = 64,
        IntermediateSize = type == "dinov2" ? 128 : 160,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 4,
        HeadDim = 16,
        VocabSize = 0,
        MaxPositionEmbeddings = type == "siglip_vision_model" ? 16 : 17,
        LayerNormEps = 1e-6f,
        AttentionBias = true,
        MlpBias = true,
        HiddenAct = type switch { "dinov2" => "gelu", "clip_vision_model" => "quick_gelu", _ => "gelu_pytorch_tanh" },
        Vision = new VisionConfig { ImageHeight = 32, ImageWidth = 32, PatchSize = 8, ClassToken = type != "siglip_vision_model", Labels = [] },
    };

    /// <summary>A checkpoint's folder, without preprocessor_config.json.</summary>
    public static string Write(TemporaryFolder folder, string name, ModelConfig config, DType dtype = DType.BF16)
    {
        var path = folder.File(name);
        SeededCheckpoint.Write(config, 7, path, dtype, null, TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(path, PreprocessorSettings.FileName));
        return path;
    }

    /// <summary>The same within a whole model: its tensors have a prefix, its configuration is an object of the other's.</summary>
    public static string WriteWhole(TemporaryFolder folder, string tower, string whole, string beside = "")
    {
        var path = Directory.CreateDirectory(folder.File(Path.GetFileName(tower) + "-whole")).FullName;
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(tower, HuggingFaceConfig.FileName)))!.AsObject();
        var root = new JsonObject { ["model_type"] = whole, ["projection_dim"] = config["projection_dim"]?.DeepClone(), ["vision_config"] = config };
        File.WriteAllText(Path.Combine(path, HuggingFaceConfig.FileName), root.ToJsonString());
        using var file = SafetensorsFile.Open(Path.Combine(tower, HuggingFaceDirectory.WeightsFileName));
        var tensors = file.Tensors.Values.Select(tensor => tensor.Name == beside ? tensor : tensor.Renamed("vision_model." + tensor.Name)).ToList();
        // What the other tower has is passed over, though its names end alike.
        tensors.Add(file.Tensors.Values.First(tensor => tensor.Name.EndsWith("fc1.weight", StringComparison.Ordinal)).Renamed("text_model.encoder.layers.0.mlp.fc1.weight"));
        SafetensorsWriter.WriteAll(Path.Combine(path, HuggingFaceDirectory.WeightsFileName), tensors);
        return path;
    }
}
