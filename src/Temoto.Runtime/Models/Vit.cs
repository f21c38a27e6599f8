using Temoto.Dataflow;
using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>
/// Vision transformers: ViT (Dosovitskiy et al., arXiv 2010.11929) and DeiT (Touvron et al., arXiv 2012.12877). Patches of the picture are tokens; behind a class
/// token (and DeiT's distillation token) they pass pre-norm layers in which every token sees every other. The class is read off the class token; a DeiT with
/// two heads averages what class and distillation token say.
/// </summary>
internal static class Vit
{
    public static ModelGraph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var vision = config.Vision!;
        var root = config.ModelType;
        var width = config.NumAttentionHeads * config.HeadDim;

        var hidden = g.Linear(g.Patches(), $"{root}.embeddings.patch_embeddings.projection", config.HiddenSize, bias: true);
        hidden = vision.DistillationToken
            ? g.OwnTokens(hidden, $"{root}.embeddings.cls_token", $"{root}.embeddings.distillation_token")
            : g.OwnTokens(hidden, $"{root}.embeddings.cls_token");
        hidden = g.AddPositions(hidden, $"{root}.embeddings.position_embeddings", 0);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"{root}.encoder.layer.{layer}.");

            var normed = g.LayerNorm(hidden, "layernorm_before");
            var query = g.Linear(normed, "attention.attention.query", width, config.AttentionBias);
            var key = g.Linear(normed, "attention.attention.key", width, config.AttentionBias);
            var value = g.Linear(normed, "attention.attention.value", width, config.AttentionBias);
            var attended = g.Attention(query, key, value, causal: false);
            hidden = g.Add(hidden, g.Linear(attended, "attention.output.dense", config.HiddenSize, bias: true));

            normed = g.LayerNorm(hidden, "layernorm_after");
            var up = g.Gelu(g.Linear(normed, "intermediate.dense", config.IntermediateSize, bias: true));
            hidden = g.Add(hidden, g.Linear(up, "output.dense", config.HiddenSize, bias: true));
        }
        g.EndLayers();

        Value Head(int row, string classifier) =>
            g.Linear(g.LayerNorm(g.SelectRow(hidden, row), $"{root}.layernorm"), classifier, vision.Labels.Count, bias: true);

        return g.Build(vision.DistillationClassifier ? g.Average(Head(0, "cls_classifier"), Head(1, "distillation_classifier")) : Head(0, "classifier"));
    }
}
