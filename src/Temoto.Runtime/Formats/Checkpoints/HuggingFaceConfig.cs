using Temoto.Formats.Checkpoints.Quantized;
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
    /// <param name="notes">Gets a line for what was passed over.</param>
    public static ModelConfig Read(string path, out QuantizationConfig? quantization, ICollection<string> notes)
    {
        using var json = JsonFile.Open(path, "a model's config.json", MaxBytes);
        quantization = QuantizationConfig.Read(json.Root);
        var config = Shape(json.Root);
        NotePythonNumbers(json, FileName, notes);
        return config;
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
        return Generation(json.Root, GenerationFileName, []);
    }

    /// <summary>
    /// generation_config.json of a directory. A text ends with every token that it or config.json names: makers forget one in either file, and other runtimes (vLLM, mlx-lm)
    /// take both.
    /// </summary>
    /// <param name="notes">Gets a line for what was read as it will have been meant.</param>
    public static GenerationDefaults ReadGeneration(string directory, ICollection<string> notes)
    {
        using var config = JsonFile.Open(Path.Combine(directory, FileName), "a model's config.json", MaxBytes);
        var ends = EosTokenIds(config.Root, FileName, notes);
        var begin = BosTokenId(config.Root, FileName, notes);
        var path = Path.Combine(directory, GenerationFileName);
        if (!File.Exists(path))
            return new GenerationDefaults { EosTokenIds = ends, BosTokenId = begin };
        using var json = JsonFile.Open(path, "a generation_config.json", MaxBytes);
        var generation = Generation(json.Root, GenerationFileName, notes);
        NotePythonNumbers(json, GenerationFileName, notes);
        var all = new List<int>();
        foreach (var end in (int[])[.. generation.EosTokenIds, .. ends])
        {
            if (!all.Contains(end))
                all.Add(end);
        }
        return generation with { EosTokenIds = all, BosTokenId = generation.BosTokenId ?? begin };
    }

    private static GenerationDefaults Generation(JsonFields root, string file, ICollection<string> notes) =>
        new()
        {
            DoSample = root.Bool("do_sample"),
            Temperature = (float?)root.Number("temperature", 0, 1000),
            TopK = TopK(root, file, notes),
            TopP = (float?)root.Number("top_p", 0, 1),
            MinP = (float?)root.Number("min_p", 0, 1),
            RepetitionPenalty = (float?)root.Number("repetition_penalty", 0.001, 1000),
            EosTokenIds = EosTokenIds(root, file, notes),
            BosTokenId = BosTokenId(root, file, notes),
        };

    /// <summary>vLLM's -1 is the 0 of the others: all tokens.</summary>
    private static int? TopK(JsonFields root, string file, ICollection<string> notes)
    {
        const string key = "top_k";
        if (root.Int(key, -1, int.MaxValue) is not (-1 and var off))
            return root.Int(key, 0, int.MaxValue);
        notes.Add($"{file}: {key} {off} read as 0, off");
        return 0;
    }

    /// <summary>-1 is no token.</summary>
    private static IReadOnlyList<int> EosTokenIds(JsonFields root, string file, ICollection<string> notes)
    {
        const string key = "eos_token_id";
        var ids = root.IntOrList(key, -1, ModelLimits.VocabSize - 1, most: 256);
        if (!ids.Contains(-1))
            return ids;
        notes.Add($"{file}: {key} -1 read as none");
        return [.. ids.Where(id => id >= 0)];
    }

    private static int? BosTokenId(JsonFields root, string file, ICollection<string> notes)
    {
        const string key = "bos_token_id";
        if (root.Int(key, -1, ModelLimits.VocabSize - 1) is not (-1 and var none))
            return root.Int(key, 0, ModelLimits.VocabSize - 1);
        notes.Add($"{file}: {key} {none} read as none");
        return null;
    }

    private static void NotePythonNumbers(JsonFile json, string file, ICollection<string> notes)
    {
        if (json.PythonNumberCount > 0)
            notes.Add($"{file}: {json.PythonNumberCount} NaN or Infinity, which are no JSON, passed over: nothing uses them");
    }

    /// <summary>The keys of a config.json whose weights are plain, or say themselves what they are.</summary>
    public static ModelConfig Translate(JsonFields root) => root.Has(QuantizationConfig.Key)
        ? throw root.Wrong(QuantizationConfig.Key, "plain weights (F32, F16 or BF16)", "use the unquantized checkpoint this one was made from")
        : Shape(root);

    private static ModelConfig Shape(JsonFields root)
    {
        var modelType = root.String("model_type");
        var type = ModelTypes.Find(modelType) ?? throw root.Wrong("model_type", ModelTypes.Listed([.. ModelTypes.All.SelectMany(known => known.AlsoReads.Prepend(known.Name))]), "use a checkpoint of one of these types");
        return type.Read(root, modelType!);
    }
}
