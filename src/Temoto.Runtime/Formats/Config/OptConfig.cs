using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Formats.Config;

/// <summary>The keys of OPT's config.json, which has names of its own. Galactica is of this model type too, with keys that are refused here.</summary>
internal static class OptConfig
{
    public static ModelConfig Read(JsonFields root)
    {
        var hiddenSize = root.RequiredInt("hidden_size", 1, ModelLimits.Width);
        var heads = root.RequiredInt("num_attention_heads", 1, ModelLimits.Width);
        if (hiddenSize % heads != 0 || hiddenSize / heads > ModelLimits.HeadDim)
            throw root.Wrong("num_attention_heads", $"a divisor of the hidden_size {hiddenSize}, heads of at most {ModelLimits.HeadDim}");
        const string next = "use a checkpoint like facebook/opt-125m";
        if ((root.String("activation_function") ?? "relu") != "relu")
            throw root.Wrong("activation_function", "relu", next);
        if (!(root.Bool("layer_norm_elementwise_affine") ?? true))
            throw root.Wrong("layer_norm_elementwise_affine", "true: norms with weights and biases", next);
        var bias = root.Bool("enable_bias") ?? true;
        var embedding = root.Int("word_embed_proj_dim", 1, ModelLimits.Width) ?? hiddenSize;
        return new ModelConfig
        {
            ModelType = "opt",
            HiddenSize = hiddenSize,
            IntermediateSize = root.RequiredInt("ffn_dim", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads,
            NumKeyValueHeads = heads,
            HeadDim = hiddenSize / heads,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions),
            WordEmbedProjDim = embedding == hiddenSize ? null : embedding,
            DoLayerNormBefore = root.Bool("do_layer_norm_before") ?? true,
            RemoveFinalLayerNorm = root.Bool("_remove_final_layer_norm") ?? false,
            AttentionBias = bias,
            MlpBias = bias,
            HiddenAct = "relu",
            // The default of every configuration class that does not say otherwise; OPT's does not.
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
        };
    }

    /// <summary>The shape, as <see cref="Read"/> reads it.</summary>
    public static void Write(Utf8JsonWriter json, ModelConfig config)
    {
        if (config.AttentionBias != config.MlpBias)
            throw new ArgumentException("OPT has biases everywhere or nowhere", nameof(config));
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("ffn_dim", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
        json.WriteNumber("word_embed_proj_dim", config.WordEmbedProjDim ?? config.HiddenSize);
        json.WriteBoolean("do_layer_norm_before", config.DoLayerNormBefore);
        json.WriteBoolean("_remove_final_layer_norm", config.RemoveFinalLayerNorm);
        json.WriteBoolean("enable_bias", config.AttentionBias);
        json.WriteBoolean("layer_norm_elementwise_affine", true);
        json.WriteString("activation_function", config.HiddenAct);
        json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
    }

    /// <summary>
    /// The tensors under the names of the causal language model: checkpoints saved from the bare decoder lack the "model." in front.
    /// </summary>
    public static IReadOnlyDictionary<string, Tensors.Tensor> FullNames(IReadOnlyDictionary<string, Tensors.Tensor> tensors)
    {
        const string bare = "decoder.", full = "model.decoder.";
        if (tensors.Keys.Any(name => name.StartsWith(full, StringComparison.Ordinal)))
            return tensors;
        var renamed = new Dictionary<string, Tensors.Tensor>(tensors.Count);
        foreach (var (name, tensor) in tensors)
        {
            var to = name.StartsWith(bare, StringComparison.Ordinal) ? full + name[bare.Length..] : name;
            renamed.Add(to, to == name ? tensor : tensor.Renamed(to));
        }
        return renamed;
    }
}
