using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models.Encoders;

/// <summary>DistilBERT (Sanh et al., arXiv 1910.01108): BERT under other names, without token types.</summary>
internal sealed class DistilBert() : Encoder("distilbert.")
{
    public override string Name => "distilbert";

    public override string ClassName(ModelConfig config) => "DistilBertModel";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var heads = AttentionHeads.Read(root, new AttentionKeys("dim", "n_heads"), rotary: false);
        if ((root.String("activation") ?? ActivationNames.Gelu) != ActivationNames.Gelu)
            throw root.Wrong("activation", ActivationNames.Gelu, "use a checkpoint with this activation");
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("hidden_dim", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("n_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions),
            LayerNormEps = 1e-12f,
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = ActivationNames.Gelu,
        };
    }

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("dim", config.HiddenSize);
        json.WriteNumber("hidden_dim", config.IntermediateSize);
        json.WriteNumber("n_layers", config.NumHiddenLayers);
        json.WriteNumber("n_heads", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
        json.WriteString("activation", config.HiddenAct);
    }

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var words = g.Embed("embeddings.word_embeddings", config.HiddenSize);
        var hidden = g.LayerNorm(g.AddPositions(words, "embeddings.position_embeddings.weight", 0), "embeddings.LayerNorm");
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"transformer.layer.{layer}.");

            var query = g.Linear(hidden, "attention.q_lin", config.HiddenSize, bias: true);
            var key = g.Linear(hidden, "attention.k_lin", config.HiddenSize, bias: true);
            var value = g.Linear(hidden, "attention.v_lin", config.HiddenSize, bias: true);
            var attended = g.Linear(g.Attention(query, key, value, causal: false), "attention.out_lin", config.HiddenSize, bias: true);
            hidden = g.LayerNorm(g.Add(hidden, attended), "sa_layer_norm");

            var up = g.Gelu(g.Linear(hidden, "ffn.lin1", config.IntermediateSize, bias: true));
            hidden = g.LayerNorm(g.Add(hidden, g.Linear(up, "ffn.lin2", config.HiddenSize, bias: true)), "output_layer_norm");
        }
        g.EndLayers();
        return g.Build(g.SelectRows(hidden));
    }

    /// <summary>The norms feed the residual sums too, and GELU lets no factor through.</summary>
    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } =
    [
        new(["attention.q_lin", "attention.k_lin", "attention.v_lin"], null, "attention.out_lin"),
        new(["attention.out_lin"], "attention.v_lin", "attention.out_lin", NeedsEqualShapes: true),
        new(["ffn.lin1"], null, "ffn.lin1"),
        new(["ffn.lin2"], null, "ffn.lin2"),
    ];
}
