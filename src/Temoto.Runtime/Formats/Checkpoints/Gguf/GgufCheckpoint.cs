using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>
/// A GGUF model of the llama, qwen2 or qwen3 architecture as a <see cref="Checkpoint"/>. llama.cpp's converter permutes q and k of llama models so
/// that rotated pairs are neighbours: those stay as they are and the configuration says so.
/// </summary>
internal static class GgufCheckpoint
{
    public static Checkpoint Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return Translate(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Checkpoint Translate(GgufFile file)
    {
        var config = ReadConfig(file);
        var tensors = new Dictionary<string, Tensor>(file.Tensors.Count);
        foreach (var tensor in file.Tensors.Values)
        {
            // attn_rot_embd: frequency tables of old converters, which llama.cpp ignores as well.
            if (tensor.Name == GgufNames.RopeFrequencies || tensor.Name.EndsWith(".attn_rot_embd", StringComparison.Ordinal))
                continue;
            var name = GgufNames.ToHuggingFace(tensor.Name)
                ?? throw file.Bad(tensor.Name, "a tensor of unknown meaning", $"the tensors of a {config.ModelType} model", "use a model of a supported architecture");
            tensors.Add(name, tensor.Renamed(name));
        }
        var tokenizer = GgufVocabulary.Read(file, config);
        return new Checkpoint([file])
        {
            Path = file.Path,
            Format = "gguf",
            Config = config,
            Tensors = tensors,
            Tokenizer = tokenizer,
            ChatTemplate = file.String("tokenizer.chat_template"),
            Generation = new GenerationDefaults { EosTokenIds = tokenizer?.EosTokenIds ?? [] },
        };
    }

    private static ModelConfig ReadConfig(GgufFile file)
    {
        const string next = "use a model of a supported architecture";
        var architecture = file.String("general.architecture");
        if (architecture is not ("llama" or "qwen2" or "qwen3"))
            throw file.Bad("general.architecture", architecture is null ? "nothing" : $"'{architecture}'", "llama, qwen2 or qwen3", next);

        string Key(string name) => $"{architecture}.{name}";
        if (file.Int(Key("expert_count"), 0, int.MaxValue) is > 0)
            throw file.Bad(Key("expert_count"), "a mixture of experts", "a dense model", next);

        var hiddenSize = file.RequiredInt(Key("embedding_length"), 1, ModelLimits.Width);
        var heads = file.RequiredInt(Key("attention.head_count"), 1, ModelLimits.Width);
        var keyValueHeads = file.Int(Key("attention.head_count_kv"), 1, ModelLimits.Width) ?? heads;
        if (heads % keyValueHeads != 0)
            throw file.Bad(Key("attention.head_count_kv"), $"{keyValueHeads}", $"a divisor of the {heads} attention heads");
        var headDim = file.Int(Key("attention.key_length"), 2, ModelLimits.HeadDim);
        if (headDim is null && hiddenSize % heads != 0)
            throw file.Bad(Key("embedding_length"), $"{hiddenSize}", $"a multiple of the {heads} attention heads, or attention.key_length");
        headDim ??= hiddenSize / heads;
        if (headDim % 2 != 0)
            throw file.Bad(Key("attention.key_length"), $"{headDim}", "an even number: rotary embedding turns pairs");
        if ((long)heads * headDim.Value > ModelLimits.Width)
            throw file.Bad(Key("attention.head_count"), $"{heads}", $"heads x head size of at most {ModelLimits.Width}");
        foreach (var name in new[] { "attention.value_length", "rope.dimension_count" })
        {
            if (file.Int(Key(name), 0, int.MaxValue) is { } other && other != headDim)
                throw file.Bad(Key(name), $"{other}", $"the head size, {headDim}", next);
        }
        var contextLength = file.RequiredInt(Key("context_length"), 1, ModelLimits.Positions);
        if (file.Int(Key("attention.sliding_window"), 0, int.MaxValue) is > 0 and var window && window < contextLength)
            throw file.Bad(Key("attention.sliding_window"), $"{window}", $"full attention over the {contextLength} positions", next);
        if (!file.Tensors.TryGetValue("token_embd.weight", out var embedding) || embedding.Shape.Length != 2 || embedding.Shape[0] > ModelLimits.VocabSize)
            throw file.Bad("token_embd.weight", embedding is null ? "no such tensor" : TensorEntry.Describe(embedding.DType, embedding.Shape), $"a matrix [vocabulary, {hiddenSize}]");

        return new ModelConfig
        {
            ModelType = architecture,
            HiddenSize = hiddenSize,
            IntermediateSize = file.RequiredInt(Key("feed_forward_length"), 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = file.RequiredInt(Key("block_count"), 1, ModelLimits.Layers),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keyValueHeads,
            HeadDim = headDim.Value,
            VocabSize = (int)embedding.Shape[0],
            MaxPositionEmbeddings = contextLength,
            RmsNormEps = (float)(file.Number(Key("attention.layer_norm_rms_epsilon"), 0, 1) ?? throw file.Bad(Key("attention.layer_norm_rms_epsilon"), "nothing", "a number from 0 to 1")),
            RopeTheta = file.Number(Key("rope.freq_base"), ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? 10000,
            RopeScaling = ReadRopeScaling(file, architecture),
            RopeFrequencyFactors = ReadRopeFrequencies(file, headDim.Value),
            RopeInterleaved = architecture == "llama",
            TieWordEmbeddings = !file.Tensors.ContainsKey("output.weight"),
            AttentionBias = file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            MlpBias = file.Tensors.ContainsKey("blk.0.ffn_gate.bias"),
        };
    }

    private static RopeScaling? ReadRopeScaling(GgufFile file, string architecture)
    {
        // Before scaling had a type, a linear factor stood alone.
        var typeKey = $"{architecture}.rope.scaling.type";
        var oldFactor = file.Number($"{architecture}.rope.scale_linear", 1, 1e6);
        return file.String(typeKey) switch
        {
            null when oldFactor is > 1 => new RopeScaling("linear", oldFactor.Value, 1, 1, 0),
            null or "none" => null,
            "linear" => new RopeScaling("linear", file.Number($"{architecture}.rope.scaling.factor", 1, 1e6) ?? 1, 1, 1, 0),
            var type => throw file.Bad(typeKey, $"'{type}'", "none or linear", "use a model with one of these position encodings"),
        };
    }

    private static unsafe float[]? ReadRopeFrequencies(GgufFile file, int headDim)
    {
        if (!file.Tensors.TryGetValue(GgufNames.RopeFrequencies, out var tensor))
            return null;
        if (tensor.DType != DType.F32 || tensor.ElementCount != headDim / 2)
            throw file.Bad(tensor.Name, TensorEntry.Describe(tensor.DType, tensor.Shape), $"F32 [{headDim / 2}]");
        var factors = new float[headDim / 2];
        fixed (float* destination = factors)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, factors.Length);
        foreach (var factor in factors)
        {
            if (!(factor > 0 && float.IsFinite(factor)))
                throw file.Bad(tensor.Name, $"{factor}", "positive factors");
        }
        return factors;
    }
}
