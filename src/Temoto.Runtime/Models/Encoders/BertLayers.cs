using Temoto.Formats.Config;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Encoders;

/// <summary>
/// The computation of BERT (Devlin et al., arXiv 1810.04805), under the names that a type's files have for it: words and positions, normed; in a layer attention, its sum normed, a feed-forward without gates,
/// its sum normed.
/// </summary>
/// <param name="Layers">In front of a layer's number.</param>
internal sealed record BertLayers(string Layers, string Query, string Key, string Value, string Output, string AttentionNorm, string Up, string Down, string OutputNorm)
{
    /// <param name="positions">The full name of the table of positions.</param>
    /// <param name="positionBias">The full name of what scores get by head and distance; null for nothing.</param>
    public Graph Build(ModelConfig config, string positions, string? positionBias = null)
    {
        var g = new GraphBuilder(config);
        var words = g.Embed("embeddings.word_embeddings", config.HiddenSize);
        var hidden = g.LayerNorm(g.AddPositions(words, positions, config.PositionOffset), "embeddings.LayerNorm");
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"{Layers}{layer}.");

            var query = g.Linear(hidden, Query, config.HiddenSize, bias: true);
            var key = g.Linear(hidden, Key, config.HiddenSize, bias: true);
            var value = g.Linear(hidden, Value, config.HiddenSize, bias: true);
            var attended = g.Linear(g.Attention(query, key, value, causal: false, positionBias: positionBias), Output, config.HiddenSize, bias: true);
            hidden = g.LayerNorm(g.Add(hidden, attended), AttentionNorm);

            var up = g.Activate(g.Linear(hidden, Up, config.IntermediateSize, bias: true), ActivationNames.Of(config.HiddenAct));
            hidden = g.LayerNorm(g.Add(hidden, g.Linear(up, Down, config.HiddenSize, bias: true)), OutputNorm);
        }
        g.EndLayers();
        return g.Build(g.SelectRows(hidden));
    }

    /// <summary>The norms feed the residual sums too, and GELU lets no factor through.</summary>
    public IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new([Query, Key, Value], null, Output),
        new([Output], Value, Output, NeedsEqualShapes: true),
        new([Up], null, Up),
        new([Down], null, Down),
    ];
}
