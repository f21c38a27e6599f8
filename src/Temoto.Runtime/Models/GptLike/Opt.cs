using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.GptLike;

/// <summary>
/// OPT (Zhang et al., arXiv 2205.01068): decoder with layer norm, learned positions, biases and ReLU. The norms stand before attention and feed-forward, or
/// behind their residual sums (opt-350m, DoLayerNormBefore false; then without a final norm). Where WordEmbedProjDim differs from HiddenSize, project_in and
/// project_out stand between the embedding and the layers.
/// </summary>
internal sealed class Opt : ModelType
{
    /// <summary>The table of positions keeps two rows in front that no text uses.</summary>
    public const int PositionOffset = 2;

    public override string Name => "opt";

    public override TokenizerFamily? Tokenizer => TokenizerFamily.Opt;

    public override bool LearnsPositions => true;

    /// <summary>AutoAWQ's (awq/models/opt).</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "self_attn_layer_norm", "self_attn.out_proj"),
        new(["self_attn.out_proj"], "self_attn.v_proj", "self_attn.out_proj", NeedsEqualShapes: true),
        new(["fc1"], "final_layer_norm", "fc1"),
        // ReLU lets a positive factor through.
        new(["fc2"], "fc1", "fc2"),
    ];

    public override string ClassName(ModelConfig config) => "OPTForCausalLM";

    /// <summary>OPT's config.json has names of its own. Galactica is of this model type too, with keys that are refused here.</summary>
    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFacePlain, rotary: false);
        const string next = "use a checkpoint like facebook/opt-125m";
        if ((root.String("activation_function") ?? "relu") != "relu")
            throw root.Wrong("activation_function", "relu", next);
        if (!(root.Bool("layer_norm_elementwise_affine") ?? true))
            throw root.Wrong("layer_norm_elementwise_affine", "true: norms with weights and biases", next);
        var bias = root.Bool("enable_bias") ?? true;
        var embedding = root.Int("word_embed_proj_dim", 1, ModelLimits.Width) ?? heads.HiddenSize;
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("ffn_dim", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.KeyValueHeads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions),
            WordEmbedProjDim = embedding == heads.HiddenSize ? null : embedding,
            DoLayerNormBefore = root.Bool("do_layer_norm_before") ?? true,
            RemoveFinalLayerNorm = root.Bool("_remove_final_layer_norm") ?? false,
            AttentionBias = bias,
            MlpBias = bias,
            HiddenAct = "relu",
            // The default of every configuration class that does not say otherwise; OPT's does not.
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
        };
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
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

    public override string? Unsayable(ModelConfig config) => config.AttentionBias == config.MlpBias ? null : "opt with biases on attention or feed-forward alone";

    /// <summary>The names of the causal language model: checkpoints saved from the bare decoder lack the "model." in front.</summary>
    public override IReadOnlyDictionary<string, Tensor> FromFile(IReadOnlyDictionary<string, Tensor> tensors) => WithPrefix(tensors, ["decoder."]);

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var before = config.DoLayerNormBefore;
        var projected = config.WordEmbedProjDim is not null;
        var queryWidth = config.NumAttentionHeads * config.HeadDim;

        var hidden = g.Embed("model.decoder.embed_tokens", config.WordEmbedProjDim ?? config.HiddenSize);
        if (projected)
            hidden = g.Linear(hidden, "model.decoder.project_in", config.HiddenSize);
        hidden = g.AddPositions(hidden, "model.decoder.embed_positions.weight", PositionOffset);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"model.decoder.layers.{layer}.");

            var normed = before ? g.LayerNorm(hidden, "self_attn_layer_norm") : hidden;
            var query = g.Linear(normed, "self_attn.q_proj", queryWidth, config.AttentionBias);
            var key = g.Linear(normed, "self_attn.k_proj", queryWidth, config.AttentionBias);
            var value = g.Linear(normed, "self_attn.v_proj", queryWidth, config.AttentionBias);
            var attended = g.Attention(query, key, value);
            hidden = g.Add(hidden, g.Linear(attended, "self_attn.out_proj", config.HiddenSize, config.AttentionBias));
            if (!before)
                hidden = g.LayerNorm(hidden, "self_attn_layer_norm");

            normed = before ? g.LayerNorm(hidden, "final_layer_norm") : hidden;
            var up = g.Relu(g.Linear(normed, "fc1", config.IntermediateSize, config.MlpBias));
            hidden = g.Add(hidden, g.Linear(up, "fc2", config.HiddenSize, config.MlpBias));
            if (!before)
                hidden = g.LayerNorm(hidden, "final_layer_norm");
        }
        g.EndLayers();

        var last = g.SelectRows(hidden);
        if (before && !config.RemoveFinalLayerNorm)
            last = g.LayerNorm(last, "model.decoder.final_layer_norm");
        if (projected)
            last = g.Linear(last, "model.decoder.project_out", config.WordEmbedProjDim!.Value);
        return g.Build(g.Linear(last, config.TieWordEmbeddings ? "model.decoder.embed_tokens" : "lm_head", config.VocabSize));
    }
}
