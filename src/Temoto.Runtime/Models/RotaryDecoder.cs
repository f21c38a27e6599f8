using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Models;

/// <summary>
/// What llama and the decoders made after it share outside of their operations: RMS norms, rotary positions, grouped queries and a gated feed-forward under the same keys and
/// names. A model type of this kind says what it has otherwise.
/// </summary>
internal abstract class RotaryDecoder : ModelType
{
    /// <summary>What to do where a window would change the attention.</summary>
    protected const string FullAttention = "use a checkpoint with full attention";

    private const string OtherArchitecture = "use a model of a supported architecture";

    /// <summary>silu(gate) * up: a factor of up's row goes through to down's column. The groups are AutoAWQ's (awq/models: qwen2, qwen3, llama).</summary>
    private static readonly ScaleGroup[] Gated =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "input_layernorm", "self_attn.o_proj"),
        new(["self_attn.o_proj"], "self_attn.v_proj", "self_attn.o_proj", NeedsEqualShapes: true),
        new(["mlp.gate_proj", "mlp.up_proj"], "post_attention_layernorm", "mlp.down_proj"),
        new(["mlp.down_proj"], "mlp.up_proj", "mlp.down_proj"),
    ];

    private static readonly (string, string)[] GgufWhole =
    [
        ("token_embd.weight", "model.embed_tokens.weight"),
        ("output_norm.weight", "model.norm.weight"),
        ("output.weight", "lm_head.weight"),
    ];

    private static readonly (string, string)[] GgufOfLayer =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"),
        ("attn_q_norm", "self_attn.q_norm"),
        ("attn_k_norm", "self_attn.k_norm"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"),
        ("ffn_down", "mlp.down_proj"),
    ];

    private GgufArchitecture? gguf;

    public override IReadOnlyList<ScaleGroup> ScaleGroups => Gated;

    public override GgufArchitecture? Gguf => gguf ??= new GgufArchitecture(Name, "model.layers.", GgufWhole, GgufOfLayer, GgufInterleavesRope, ReadGguf, WriteGguf, UnsayableInGguf);

    public override bool HasMacroStream => true;

    /// <summary>Checkpoints of the model without its head (Qwen3-Embedding) have names without "model.".</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => WithPrefix(tensors, ["embed_tokens.", "layers.", "norm."]);

    /// <summary>llama.cpp's converter permutes q and k so that rotated pairs are neighbours.</summary>
    protected virtual bool GgufInterleavesRope => false;

    /// <summary>The keys that all types of this kind have; without biases.</summary>
    /// <param name="headDim">Of configurations without head_dim; null: hidden_size / num_attention_heads.</param>
    /// <param name="ropeTheta">Of configurations without rope_theta.</param>
    protected ModelConfig ReadShape(JsonFields root, bool keyValueHeadsRequired = true, int? headDim = null, double ropeTheta = 10000)
    {
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFace, keyValueHeadsRequired, headDim);
        var positions = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions);
        foreach (var layerType in root.Strings("layer_types", most: ModelLimits.Layers))
        {
            // A window as long as the text is none.
            if (layerType != "full_attention" && !(layerType == "sliding_attention" && root.Int("sliding_window", 0, int.MaxValue) >= positions))
                throw new InputException(root.Path, "layer_types", $"'{layerType}'", "full_attention in every layer", FullAttention);
        }
        var hiddenAct = root.String("hidden_act") ?? "silu";
        if (hiddenAct != "silu")
            throw root.Wrong("hidden_act", "silu", "use a checkpoint with this activation");
        var (theta, scaling) = RopeKeys.Read(root, ropeTheta);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = positions,
            RmsNormEps = (float)(root.Number("rms_norm_eps", 0, 1) ?? 1e-6),
            RopeTheta = theta,
            RopeScaling = scaling,
            // The default is false in the configuration classes of all these types but smollm3.
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? false,
            HiddenAct = hiddenAct,
        };
    }

    /// <summary>A window that use_sliding_window has to switch on; one that never cuts anything off is harmless.</summary>
    /// <param name="windowWhereMissing">What transformers takes where sliding_window is missing; null: none.</param>
    protected static void RefuseWindowInUse(JsonFields root, ModelConfig config, int? windowWhereMissing = 4096)
    {
        // Switched off, it may be anything.
        if ((root.Bool("use_sliding_window") ?? false) && (root.Int("sliding_window", 0, int.MaxValue) ?? windowWhereMissing) < config.MaxPositionEmbeddings)
            throw root.Wrong("use_sliding_window", $"false, or a sliding_window of at least {config.MaxPositionEmbeddings}", FullAttention);
    }

    public sealed override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("num_key_value_heads", config.NumKeyValueHeads);
        json.WriteNumber("head_dim", config.HeadDim);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
        json.WriteNumber("rms_norm_eps", config.RmsNormEps);
        RopeKeys.Write(json, config);
        json.WriteString("hidden_act", config.HiddenAct);
        WriteOwnKeys(json, config);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    /// <summary>The keys that not all types of this kind have.</summary>
    protected virtual void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
    }

    /// <summary>The shape as a GGUF file's metadata and tensors say it.</summary>
    protected virtual ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (metadata.Int("expert_count", 0, int.MaxValue) is > 0)
            throw metadata.Wrong("expert_count", "0: a dense model", OtherArchitecture);
        var heads = AttentionHeads.Read(metadata, AttentionKeys.Gguf);
        foreach (var key in new[] { "attention.value_length", "rope.dimension_count" })
        {
            if (metadata.Int(key, 0, int.MaxValue) is { } other && other != heads.HeadDim)
                throw metadata.Wrong(key, $"the head size, {heads.HeadDim}", OtherArchitecture);
        }
        var contextLength = metadata.RequiredInt("context_length", 1, ModelLimits.Positions);
        if (metadata.Int("attention.sliding_window", 0, int.MaxValue) is > 0 and var window && window < contextLength)
            throw metadata.Wrong("attention.sliding_window", $"full attention over the {contextLength} positions", OtherArchitecture);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = metadata.RequiredInt("feed_forward_length", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = metadata.RequiredInt("block_count", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = GgufArchitecture.VocabSize(metadata.Path, tensors, heads.HiddenSize),
            MaxPositionEmbeddings = contextLength,
            RmsNormEps = (float)metadata.RequiredNumber("attention.layer_norm_rms_epsilon", 0, 1),
            RopeTheta = metadata.Number("rope.freq_base", ModelLimits.SmallestRopeTheta, ModelLimits.LargestRopeTheta) ?? 10000,
            RopeScaling = RopeKeys.ReadGguf(metadata),
            RopeFrequencyFactors = RopeKeys.ReadGgufFactors(metadata.Path, tensors, heads.HeadDim),
            RopeInterleaved = GgufInterleavesRope,
            TieWordEmbeddings = !tensors.ContainsKey("output.weight"),
            AttentionBias = tensors.ContainsKey("blk.0.attn_q.bias"),
            MlpBias = tensors.ContainsKey("blk.0.ffn_gate.bias"),
        };
    }

    /// <summary>What GGUF has no word for in this type; null where it can say everything.</summary>
    protected virtual string? UnsayableInGguf(ModelConfig config) => null;

    /// <summary>As <see cref="ReadGguf"/> reads it: key and value, a uint, float or string.</summary>
    protected virtual IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config)
    {
        yield return ("context_length", (uint)config.MaxPositionEmbeddings);
        yield return ("embedding_length", (uint)config.HiddenSize);
        yield return ("block_count", (uint)config.NumHiddenLayers);
        yield return ("feed_forward_length", (uint)config.IntermediateSize);
        yield return ("attention.head_count", (uint)config.NumAttentionHeads);
        yield return ("attention.head_count_kv", (uint)config.NumKeyValueHeads);
        yield return ("attention.key_length", (uint)config.HeadDim);
        yield return ("attention.value_length", (uint)config.HeadDim);
        yield return ("attention.layer_norm_rms_epsilon", config.RmsNormEps);
        yield return ("rope.dimension_count", (uint)config.HeadDim);
        yield return ("rope.freq_base", (float)config.RopeTheta);
        yield return ("vocab_size", (uint)config.VocabSize);
        if (config.RopeScaling is not { RopeType: "linear" } scaling)
            yield break;
        yield return ("rope.scaling.type", "linear");
        yield return ("rope.scaling.factor", (float)scaling.Factor);
    }
}
