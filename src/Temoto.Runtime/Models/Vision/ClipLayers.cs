using Temoto.Formats.Config;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Vision;

/// <summary>The layers that the vision towers of CLIP and SigLIP share: norms before attention and feed-forward, biases everywhere.</summary>
internal static class ClipLayers
{
    /// <summary>GELU lets no factor through.</summary>
    public static IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "layer_norm1", "self_attn.out_proj"),
        new(["self_attn.out_proj"], "self_attn.v_proj", "self_attn.out_proj", NeedsEqualShapes: true),
        new(["mlp.fc1"], "layer_norm2", "mlp.fc2"),
        new(["mlp.fc2"], null, "mlp.fc2"),
    ];

    /// <param name="hidden">[tokens, hidden].</param>
    /// <returns>[tokens, hidden].</returns>
    public static Value Run(GraphBuilder g, Value hidden, ModelConfig config)
    {
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"encoder.layers.{layer}.");
            hidden = g.Add(hidden, Attention(g, g.LayerNorm(hidden, "layer_norm1"), config));
            hidden = g.Add(hidden, FeedForward(g, g.LayerNorm(hidden, "layer_norm2"), config));
        }
        g.EndLayers();
        return hidden;
    }

    private static Value Attention(GraphBuilder g, Value normed, ModelConfig config)
    {
        var query = g.Linear(normed, "self_attn.q_proj", config.HiddenSize, bias: true);
        var key = g.Linear(normed, "self_attn.k_proj", config.HiddenSize, bias: true);
        var value = g.Linear(normed, "self_attn.v_proj", config.HiddenSize, bias: true);
        return g.Linear(g.Attention(query, key, value, causal: false), "self_attn.out_proj", config.HiddenSize, bias: true);
    }

    public static Value FeedForward(GraphBuilder g, Value normed, ModelConfig config)
    {
        var up = g.Activate(g.Linear(normed, "mlp.fc1", config.IntermediateSize, bias: true), ActivationNames.Of(config.HiddenAct));
        return g.Linear(up, "mlp.fc2", config.HiddenSize, bias: true);
    }
}
