using Temoto.Dataflow;
using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>
/// OPT (Zhang et al., arXiv 2205.01068): decoder with layer norm, learned positions, biases and ReLU. The norms stand before attention and feed-forward, or
/// behind their residual sums (opt-350m, DoLayerNormBefore false; then without a final norm). Where WordEmbedProjDim differs from HiddenSize, project_in and
/// project_out stand between the embedding and the layers.
/// </summary>
internal static class Opt
{
    /// <summary>The table of positions keeps two rows in front that no text uses.</summary>
    public const int PositionOffset = 2;

    public static ModelGraph Build(ModelConfig config)
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
