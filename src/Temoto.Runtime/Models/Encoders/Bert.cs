using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Plans;

namespace Temoto.Models.Encoders;

/// <summary>
/// BERT (Devlin et al., arXiv 1810.04805) and the encoders of the same computation: norms behind the residual sums, GELU, biases. RoBERTa and XLM-R count positions from behind the padding
/// token's number.
/// </summary>
/// <param name="offset">True where rows of the table of positions lie in front of that of position 0: as many as the padding token's number, and one.</param>
internal class Bert(string name, string className, string prefix, bool offset = false) : Encoder(prefix)
{
    private const string Next = "use an encoder like sentence-transformers/all-MiniLM-L6-v2";

    public override string Name => name;

    public override string ClassName(ModelConfig config) => className;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var heads = AttentionHeads.Read(root, AttentionKeys.HuggingFacePlain, rotary: false);
        if ((root.String("position_embedding_type") ?? "absolute") != "absolute")
            throw root.Wrong("position_embedding_type", "absolute", Next);
        if (root.Bool("is_decoder") ?? false)
            throw root.Wrong("is_decoder", "false: an encoder", Next);
        if (root.Int("embedding_size", 1, ModelLimits.Width) is { } width && width != heads.HiddenSize)
            throw root.Wrong("embedding_size", $"the hidden_size, {heads.HiddenSize}", Next);
        var act = root.String("hidden_act") ?? ActivationNames.Gelu;
        if (act != ActivationNames.Gelu && act != ActivationNames.Relu && !ActivationNames.GeluTanhNames.Contains(act))
            throw root.Wrong("hidden_act", ModelTypes.Listed([ActivationNames.Gelu, ActivationNames.Relu, .. ActivationNames.GeluTanhNames]), Next);
        var rows = RowsInFront(root);
        var positions = root.RequiredInt("max_position_embeddings", 1, ModelLimits.Positions);
        return new ModelConfig
        {
            ModelType = Name,
            HiddenSize = heads.HiddenSize,
            IntermediateSize = root.RequiredInt("intermediate_size", 1, ModelLimits.IntermediateSize),
            NumHiddenLayers = root.RequiredInt("num_hidden_layers", 1, ModelLimits.Layers),
            NumAttentionHeads = heads.Heads,
            NumKeyValueHeads = heads.Heads,
            HeadDim = heads.HeadDim,
            VocabSize = root.RequiredInt("vocab_size", 1, ModelLimits.VocabSize),
            MaxPositionEmbeddings = positions > rows ? positions - rows : throw root.Wrong("max_position_embeddings", $"more than the {rows} rows in front of position 0"),
            PositionOffset = rows,
            LayerNormEps = (float)(root.Number("layer_norm_eps", 0, 1) ?? 1e-12),
            AttentionBias = true,
            MlpBias = true,
            HiddenAct = act,
        };
    }

    /// <summary>Rows of the table of positions in front of that of position 0.</summary>
    protected virtual int RowsInFront(JsonFields root) => offset ? (root.Int("pad_token_id", 0, ModelLimits.VocabSize) ?? 1) + 1 : 0;

    public override void Write(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteNumber("hidden_size", config.HiddenSize);
        json.WriteNumber("intermediate_size", config.IntermediateSize);
        json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
        json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
        json.WriteNumber("vocab_size", config.VocabSize);
        json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings + config.PositionOffset);
        if (offset)
            json.WriteNumber("pad_token_id", config.PositionOffset - 1);
        json.WriteNumber("layer_norm_eps", config.LayerNormEps);
        json.WriteString("hidden_act", config.HiddenAct);
    }

    private static readonly BertLayers Layers = new(
        "encoder.layer.", "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm");

    public override Graph Build(ModelConfig config) => Layers.Build(config, PositionsAndType);

    public override IReadOnlyList<ScaleGroup> ScaleGroups => Layers.ScaleGroups;
}
