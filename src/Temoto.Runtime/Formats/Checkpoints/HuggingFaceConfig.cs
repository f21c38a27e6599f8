using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Models;

namespace Temoto.Formats.Checkpoints;

/// <summary>
/// config.json and generation_config.json of a Hugging Face checkpoint. Keys that do not bear on the computation are ignored, as the
/// format expects; keys that change it in a way not implemented here are refused, never silently dropped.
/// </summary>
internal static class HuggingFaceConfig
{
    public const string FileName = "config.json";
    public const string GenerationFileName = "generation_config.json";

    public const long MaxBytes = 1 << 20;

    /// <summary>Reads config.json of a checkpoint with plain weights.</summary>
    public static ModelConfig Read(string path)
    {
        using var json = JsonFile.Open(path, "a model's config.json", MaxBytes);
        return Translate(json.Root);
    }

    /// <summary>Reads config.json, and how the weights are quantized: null for plain ones.</summary>
    public static ModelConfig Read(string path, out AutoAwqSettings? quantization)
    {
        using var json = JsonFile.Open(path, "a model's config.json", MaxBytes);
        quantization = AutoAwqSettings.Read(json.Root);
        return Shape(json.Root);
    }

    /// <summary>The text of a config.json that lies inside another file.</summary>
    public static ModelConfig Parse(ReadOnlyMemory<byte> text, string sourceName)
    {
        using var json = JsonFile.Parse(text, sourceName, "a model's config.json");
        return Translate(json.Root);
    }

    /// <summary>The text of a generation_config.json that lies inside another file.</summary>
    public static GenerationDefaults ParseGeneration(ReadOnlyMemory<byte> text, string sourceName)
    {
        using var json = JsonFile.Parse(text, sourceName, "a generation_config.json");
        return Generation(json.Root);
    }

    /// <summary>
    /// generation_config.json of a directory; where it is missing, the end tokens that config.json names.
    /// </summary>
    public static GenerationDefaults ReadGeneration(string directory)
    {
        var path = Path.Combine(directory, GenerationFileName);
        if (!File.Exists(path))
        {
            using var config = JsonFile.Open(Path.Combine(directory, FileName), "a model's config.json", MaxBytes);
            return new GenerationDefaults { EosTokenIds = EosTokenIds(config.Root), BosTokenId = BosTokenId(config.Root) };
        }
        using var json = JsonFile.Open(path, "a generation_config.json", MaxBytes);
        return Generation(json.Root);
    }

    private static GenerationDefaults Generation(JsonFields root) =>
        new()
        {
            DoSample = root.Bool("do_sample"),
            Temperature = (float?)root.Number("temperature", 0, 1000),
            TopK = root.Int("top_k", 0, int.MaxValue),
            TopP = (float?)root.Number("top_p", 0, 1),
            MinP = (float?)root.Number("min_p", 0, 1),
            RepetitionPenalty = (float?)root.Number("repetition_penalty", 0.001, 1000),
            EosTokenIds = EosTokenIds(root),
            BosTokenId = BosTokenId(root),
        };

    private static IReadOnlyList<int> EosTokenIds(JsonFields root) => root.IntOrList("eos_token_id", 0, ModelLimits.VocabSize - 1, most: 256);

    private static int? BosTokenId(JsonFields root) => root.Int("bos_token_id", 0, ModelLimits.VocabSize - 1);

    /// <summary>The keys of a config.json whose weights are plain, or say themselves what they are.</summary>
    public static ModelConfig Translate(JsonFields root) => root.Has(AutoAwqSettings.Key)
        ? throw root.Wrong(AutoAwqSettings.Key, "plain weights (F32, F16 or BF16)", "use the unquantized checkpoint this one was made from")
        : Shape(root);

    private static ModelConfig Shape(JsonFields root)
    {
        var modelType = root.String("model_type");
        var type = ModelTypes.Find(modelType) ?? throw root.Wrong("model_type", ModelTypes.Listed([.. ModelTypes.All.SelectMany(known => known.AlsoReads.Prepend(known.Name))]), "use a checkpoint of one of these types");
        return type.Read(root, modelType!);
    }
}
