using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Json;

namespace Temoto.Formats.Config;

/// <summary>
/// config.json and generation_config.json of a Hugging Face checkpoint. Keys that do not bear on the computation are ignored, as the
/// format expects; keys that change it in a way not implemented here are refused, never silently dropped.
/// </summary>
internal static class HuggingFaceConfig
{
    public const string FileName = "config.json";
    public const string GenerationFileName = "generation_config.json";

    /// <summary>mistral without a sliding window is the llama computation, and is read as llama.</summary>
    public const string SupportedModelTypes = "qwen2, llama, qwen3, opt, vit, deit (and mistral without a sliding window)";

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
        if (modelType == "opt")
            return OptConfig.Read(root);
        if (modelType is "vit" or "deit")
            return VitConfig.Read(root, modelType);
        if (modelType is not ("qwen2" or "llama" or "qwen3" or "mistral"))
            throw root.Wrong("model_type", SupportedModelTypes, "use a checkpoint of one of these types");

        var hiddenSize = root.RequiredInt("hidden_size", 1, ModelLimits.Width);
        var heads = root.RequiredInt("num_attention_heads", 1, ModelLimits.Width);
        // transformers has defaults for the qwen types too, but no published checkpoint relies on them: a missing key there is a damaged file.
        var keyValueHeads = modelType == "llama" ? root.Int("num_key_value_heads", 1, ModelLimits.Width) ?? heads : root.RequiredInt("num_key_value_heads", 1, ModelLimits.Width);
        if (heads % keyValueHeads != 0)
            throw root.Wrong("num_key_value_heads", $"a divisor of the {heads} attention heads");
        var headDim = root.Int("head_dim", 2, ModelLimits.HeadDim);
        if (headDim is null && hiddenSize % heads != 0)
            throw root.Wrong("hidden_size", $"a multiple of the {heads} attention heads, or head_dim");
        // 128 is Qwen3's own default; the others divide.
        headDim ??= modelType == "qwen3" ? 128 : hiddenSize / heads;
        if (headDim % 2 != 0)
            throw root.Wrong("head_dim", "an even number: rotary embedding turns pairs");
        if ((long)heads * headDim.Value > ModelLimits.Width)
            throw root.Wrong("num_attention_heads", $"heads x head_dim of at most {ModelLimits.Width}");
        var maxPositions = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions);
        RefuseSlidingWindow(root, modelType, maxPositions);
        var hiddenAct = root.String("hidden_act") ?? "silu";
        if (hiddenAct != "silu")
            throw root.Wrong("hidden_act", "silu", "use a checkpoint with this activation");

        var (ropeTheta, ropeScaling) = Rope(root);
        return new ModelConfig
        {
            ModelType = modelType == "mistral" ? "llama" : modelType,
            HiddenSize = hiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keyValueHeads,
            HeadDim = headDim.Value,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = maxPositions,
            RmsNormEps = (float)(root.Number("rms_norm_eps", 0, 1) ?? 1e-6),
            RopeTheta = ropeTheta,
            RopeScaling = ropeScaling,
            // The default is false in the configuration classes of all four types.
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? false,
            AttentionBias = modelType switch
            {
                "qwen2" => true,
                "mistral" => false,
                _ => root.Bool("attention_bias") ?? false,
            },
            MlpBias = modelType == "llama" && (root.Bool("mlp_bias") ?? false),
            HiddenAct = hiddenAct,
        };
    }

    /// <summary>A window that never cuts anything off is harmless; any other would change the attention.</summary>
    private static void RefuseSlidingWindow(JsonFields root, string modelType, int maxPositions)
    {
        const string next = "use a checkpoint with full attention";
        foreach (var layerType in root.Strings("layer_types", most: ModelLimits.Layers))
        {
            if (layerType != "full_attention")
                throw new InputException(root.Path, "layer_types", $"'{layerType}'", "full_attention in every layer", next);
        }
        var window = root.Int("sliding_window", 0, int.MaxValue);
        if (modelType is "qwen2" or "qwen3")
        {
            // Where the key is missing, transformers takes 4096.
            if ((root.Bool("use_sliding_window") ?? false) && (window ?? 4096) < maxPositions)
                throw root.Wrong("use_sliding_window", $"false, or a sliding_window of at least {maxPositions}", next);
        }
        else if (modelType == "mistral")
        {
            // null means none, but a missing key means transformers' default, 4096; Has() cannot tell them apart, Keys can.
            if ((window ?? (root.Keys.Contains("sliding_window") ? int.MaxValue : 4096)) < maxPositions)
                throw root.Wrong("sliding_window", $"null, or at least {maxPositions}", next);
        }
    }

    private static (double Theta, RopeScaling? Scaling) Rope(JsonFields root)
    {
        // Newer files hold rope_theta and the scaling together in rope_parameters.
        var key = root.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        if (root.Has("rope_parameters") && root.Has("rope_scaling"))
            throw root.Wrong("rope_scaling", "either rope_parameters or rope_scaling", "remove one of them");
        if ((root.Number("partial_rotary_factor", 0, 1) ?? 1) != 1)
            throw root.Wrong("partial_rotary_factor", "1", "use a checkpoint whose whole heads are rotated");
        var theta = root.Number("rope_theta", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta);
        if (root.Object(key) is not { } rope)
            return (theta ?? 10000, null);
        theta = rope.Number("rope_theta", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? theta ?? 10000;
        if ((rope.Number("partial_rotary_factor", 0, 1) ?? 1) != 1)
            throw rope.Wrong("partial_rotary_factor", "1", "use a checkpoint whose whole heads are rotated");
        var typeKey = rope.Has("rope_type") ? "rope_type" : "type";
        return (theta.Value, rope.String(typeKey) switch
        {
            "default" => null,
            null when key == "rope_parameters" && rope.Has("rope_theta") => null,
            "linear" => new RopeScaling("linear", rope.RequiredNumber("factor", 1, 1e6), 1, 1, 0),
            "llama3" => Llama3(rope),
            _ => throw rope.Wrong(typeKey, "default, linear or llama3", "use a checkpoint with one of these position encodings"),
        });
    }

    private static RopeScaling Llama3(JsonFields rope)
    {
        var low = rope.RequiredNumber("low_freq_factor", 1e-6, 1e6);
        var high = rope.RequiredNumber("high_freq_factor", 1e-6, 1e6);
        if (high <= low)
            throw rope.Wrong("high_freq_factor", $"more than the low_freq_factor of {low}");
        return new RopeScaling("llama3", rope.RequiredNumber("factor", 1, 1e6), low, high, rope.RequiredInt("original_max_position_embeddings", 1, ModelLimits.Positions));
    }
}
