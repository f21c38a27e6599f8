using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
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

    private static readonly BertLayers Layers = new(
        "transformer.layer.", "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm");

    public override Graph Build(ModelConfig config) => Layers.Build(config, "embeddings.position_embeddings.weight");

    public override IReadOnlyList<ScaleGroup> ScaleGroups => Layers.ScaleGroups;
}
