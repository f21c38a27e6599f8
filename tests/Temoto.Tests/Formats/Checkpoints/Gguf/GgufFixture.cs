using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Config;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;
using Temoto.Tests.Formats.Tokenizers;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

/// <summary>
/// Writes a whole tiny GGUF model, complete enough for llama.cpp: seeded random weights in any tensor type, GPT-2 style vocabulary of the 256 bytes,
/// some merges and three control tokens.
/// </summary>
internal static unsafe class GgufFixture
{
    public const int EndOfText = 296;

    private static readonly string[] Merges =
    [
        "Ġ t", "h e", "i n", "Ġt he", "r e", "o n", "Ġ a", "e r", "Ġ s", "a t", "e n", "Ġ w", "o r", "Ġ c", "i t", "i s", "a n", "Ġ o", "e s", "n d",
        "Ġ b", "e d", "Ġ f", "Ġ p", "in g", "Ġo f", "a r", "Ġ m", "o u", "Ġa nd", "l l", "Ġ d", "a l", "Ġt o", "o m", "i c", "l e", "Ġ h", "Ġ in", "a s",
    ];

    private static readonly string[] Specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>256 bytes, 40 merges, 3 specials, padded to a multiple of 32 as real vocabularies are.</summary>
    public const int VocabSize = 320;

    /// <summary>hidden 256 (one super-block), 2 layers (smollm3: 4, the last of which has no positions), 4 heads of 64, 2 key and value heads, 512 wide feed-forward.</summary>
    public static ModelConfig Config(string architecture) => new()
    {
        ModelType = architecture,
        HiddenSize = 256,
        IntermediateSize = 512,
        NumHiddenLayers = architecture == "smollm3" ? 4 : 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        HeadDim = 64,
        VocabSize = VocabSize,
        MaxPositionEmbeddings = 256,
        RmsNormEps = 1e-5f,
        RopeTheta = 10000,
        RopeInterleaved = architecture is "llama" or "smollm3" or "granite",
        TieWordEmbeddings = architecture == "qwen2",
        AttentionBias = architecture == "qwen2",
        NoRopeLayers = architecture == "smollm3" ? [1, 1, 1, 0] : null,
        EmbeddingMultiplier = architecture == "granite" ? 3 : 1,
        AttentionMultiplier = architecture == "granite" ? 0.2f : null,
        ResidualMultiplier = architecture == "granite" ? 0.4f : 1,
        LogitsScaling = architecture == "granite" ? 2 : 1,
    };

    /// <param name="dtype">Of the matrices; norms and biases are always F32.</param>
    /// <param name="ropeFrequencies">With <c>rope_freqs.weight</c>, as files of Llama 3.1 and later have: factors that grow from 1 to 8.</param>
    public static void Write(string path, DType dtype, string architecture = "llama", int seed = 1, bool ropeFrequencies = false)
    {
        var config = Config(architecture);
        var random = new Random(seed);
        var entries = Entries(config, dtype);
        if (ropeFrequencies)
            entries.Add(new TensorEntry("rope_freqs.weight", DType.F32, [config.HeadDim / 2]));
        using var writer = new GgufWriter(path, Metadata(config), entries);
        foreach (var entry in entries)
            writer.Write(entry.Name == "rope_freqs.weight" ? Factors(config.HeadDim / 2) : Weights(entry, random));
        writer.Commit();
    }

    /// <summary>What a file of any type has that GGUF knows: metadata without a vocabulary, and all tensors under their GGUF names.</summary>
    public static (GgufMetadata Metadata, List<TensorEntry> Entries) Of(ModelConfig config, DType dtype)
    {
        var architecture = ModelTypes.Of(config).Gguf!.For(config);
        var metadata = new GgufMetadata().Add("general.architecture", architecture.Name);
        foreach (var (key, value) in architecture.Write(config))
            metadata.Add($"{architecture.Name}.{key}", value);
        var shapes = ModelTypes.Of(config).Build(config).Weights.ToDictionary(use => use.Name, use => use.Shape);
        var entries = new List<TensorEntry>();
        foreach (var (name, isStacked, parts) in Enumerable.Range(0, config.NumHiddenLayers).SelectMany(layer => architecture.JoinsOf(layer, config)).Where(join => shapes.ContainsKey(join.Parts[0])))
            entries.Add(Entry(name, isStacked ? [parts.Count, .. shapes[parts[0]]] : [parts.Sum(part => shapes[part][0]), .. shapes[parts[0]].Skip(1)]));
        foreach (var (name, shape) in shapes)
        {
            if (architecture.FromHuggingFace(name) is { } own)
                entries.Add(Entry(own, [.. shape]));
        }
        return (metadata, entries);

        TensorEntry Entry(string name, long[] shape) => new(name, shape.Length < 2 ? DType.F32 : dtype, shape);
    }

    /// <summary>Writes a model of any type that GGUF knows, as F32, with the fixture's vocabulary.</summary>
    public static void Write(string path, ModelConfig config, int seed = 1)
    {
        var architecture = ModelTypes.Of(config).Gguf!;
        var metadata = GgufEdit.With(Metadata(config with { ModelType = "unread" }), "general.architecture", architecture.Name);
        foreach (var (key, value) in architecture.Write(config))
            metadata.Add($"{architecture.Name}.{key}", value);
        var random = new Random(seed);
        var (_, entries) = Of(config, DType.F32);
        using var writer = new GgufWriter(path, metadata, entries);
        foreach (var entry in entries)
            writer.Write(Weights(entry, random));
        writer.Commit();
    }

    /// <summary>Writes a file again with other tensors, all of them F32.</summary>
    public static void Rewrite(string from, string to, Func<List<(string Name, long[] Shape, byte[] Bytes)>, List<(string Name, long[] Shape, byte[] Bytes)>> edit)
    {
        using var file = GgufFile.Open(from);
        var tensors = edit([.. file.Tensors.Values.Select(tensor => (tensor.Name, tensor.Shape, tensor.Bytes.ToArray()))]);
        using var writer = new GgufWriter(to, GgufEdit.Of(File.ReadAllBytes(from)), [.. tensors.Select(tensor => new TensorEntry(tensor.Name, DType.F32, tensor.Shape))]);
        foreach (var tensor in tensors)
            writer.Write(tensor.Bytes);
        writer.Commit();
    }

    public static GgufMetadata Metadata(ModelConfig config)
    {
        var a = config.ModelType;
        string[] tokens =
        [
            .. ByteAlphabet.Characters,
            .. Merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)),
            .. Specials,
            .. Enumerable.Range(0, VocabSize - EndOfText - Specials.Length).Select(i => $"[PAD{i}]"),
        ];
        var types = tokens.Select((_, id) => id < EndOfText ? 1 : id < EndOfText + Specials.Length ? 3 : 5).ToArray();
        var metadata = new GgufMetadata()
            .Add("general.architecture", a)
            .Add("general.name", "fixture")
            .Add("general.alignment", (uint)GgufFormat.DefaultAlignment)
            .Add($"{a}.context_length", (uint)config.MaxPositionEmbeddings)
            .Add($"{a}.embedding_length", (uint)config.HiddenSize)
            .Add($"{a}.block_count", (uint)config.NumHiddenLayers)
            .Add($"{a}.feed_forward_length", (uint)config.IntermediateSize)
            .Add($"{a}.attention.head_count", (uint)config.NumAttentionHeads)
            .Add($"{a}.attention.head_count_kv", (uint)config.NumKeyValueHeads)
            .Add($"{a}.attention.key_length", (uint)config.HeadDim)
            .Add($"{a}.attention.value_length", (uint)config.HeadDim)
            .Add($"{a}.attention.layer_norm_rms_epsilon", config.RmsNormEps)
            .Add($"{a}.rope.dimension_count", (uint)config.HeadDim)
            .Add($"{a}.rope.freq_base", (float)config.RopeTheta)
            .Add($"{a}.vocab_size", (uint)config.VocabSize)
            .Add("tokenizer.ggml.model", "gpt2")
            .Add("tokenizer.ggml.pre", a == "llama" ? "gpt-2" : "qwen2")
            .Add("tokenizer.ggml.tokens", tokens)
            .Add("tokenizer.ggml.token_type", types)
            .Add("tokenizer.ggml.merges", Merges)
            .Add("tokenizer.ggml.bos_token_id", (uint)EndOfText)
            .Add("tokenizer.ggml.eos_token_id", (uint)EndOfText + 2)
            .Add("tokenizer.ggml.add_bos_token", false)
            .Add("tokenizer.chat_template", "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");
        if (config.AttentionMultiplier is { } scoreScale)
        {
            metadata
                .Add($"{a}.embedding_scale", config.EmbeddingMultiplier)
                .Add($"{a}.attention.scale", scoreScale)
                .Add($"{a}.residual_scale", config.ResidualMultiplier)
                .Add($"{a}.logit_scale", config.LogitsScaling);
        }
        return metadata;
    }

    /// <summary>All tensors under their GGUF names.</summary>
    public static List<TensorEntry> Entries(ModelConfig config, DType dtype)
    {
        var entries = new List<TensorEntry>();
        long hidden = config.HiddenSize, heads = config.NumAttentionHeads * config.HeadDim, keyValue = config.NumKeyValueHeads * config.HeadDim;

        void Add(string name, DType type, params long[] shape) => entries.Add(new TensorEntry(name, type, shape));

        Add("token_embd.weight", dtype, config.VocabSize, hidden);
        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            Add($"blk.{i}.attn_norm.weight", DType.F32, hidden);
            Add($"blk.{i}.attn_q.weight", dtype, heads, hidden);
            Add($"blk.{i}.attn_k.weight", dtype, keyValue, hidden);
            Add($"blk.{i}.attn_v.weight", dtype, keyValue, hidden);
            if (config.AttentionBias)
            {
                Add($"blk.{i}.attn_q.bias", DType.F32, heads);
                Add($"blk.{i}.attn_k.bias", DType.F32, keyValue);
                Add($"blk.{i}.attn_v.bias", DType.F32, keyValue);
            }
            if (config.ModelType == "qwen3")
            {
                Add($"blk.{i}.attn_q_norm.weight", DType.F32, config.HeadDim);
                Add($"blk.{i}.attn_k_norm.weight", DType.F32, config.HeadDim);
            }
            Add($"blk.{i}.attn_output.weight", dtype, hidden, heads);
            Add($"blk.{i}.ffn_norm.weight", DType.F32, hidden);
            Add($"blk.{i}.ffn_gate.weight", dtype, config.IntermediateSize, hidden);
            Add($"blk.{i}.ffn_up.weight", dtype, config.IntermediateSize, hidden);
            Add($"blk.{i}.ffn_down.weight", dtype, hidden, config.IntermediateSize);
        }
        Add("output_norm.weight", DType.F32, hidden);
        if (!config.TieWordEmbeddings)
            Add("output.weight", dtype, config.VocabSize, hidden);
        return entries;
    }

    private static byte[] Factors(int count) => [.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes(1 + 7f * i / (count - 1)))];

    /// <summary>Matrices with variance 1 / columns, norms about 1, biases about 0.</summary>
    private static byte[] Weights(TensorEntry entry, Random random)
    {
        var elements = entry.Shape.Aggregate(1L, (product, dimension) => product * dimension);
        var matrix = entry.Shape.Length > 1;
        var standardDeviation = matrix ? 1 / MathF.Sqrt(entry.Shape[^1]) : 0.1f;
        if (!BlockEncoder.Supports(entry.DType))
            return RandomBlocks.Make(entry.DType, elements, standardDeviation, random);
        var mean = entry.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1f : 0f;
        var values = new float[elements];
        for (var i = 0; i < values.Length; i++)
            values[i] = mean + standardDeviation * 2 * MathF.Sqrt(3) * (random.NextSingle() - 0.5f);
        var bytes = new byte[entry.ByteLength];
        fixed (float* source = values)
        fixed (byte* destination = bytes)
            BlockEncoder.EncodeRow(entry.DType, source, destination, elements);
        return bytes;
    }
}
