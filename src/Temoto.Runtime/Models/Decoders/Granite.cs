using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// Granite 3 and its dense successors: as Llama, with four factors. The embedding's rows are multiplied by <c>embedding_multiplier</c>, scores by
/// <c>attention_multiplier</c> in place of 1 / sqrt(head_dim), what attention and feed-forward add by <c>residual_multiplier</c>; logits are divided by
/// <c>logits_scaling</c>.
/// </summary>
internal sealed class Granite : RotaryDecoder
{
    public override string Name => "granite";

    protected override bool GgufInterleavesRope => true;

    public override string ClassName(ModelConfig config) => "GraniteForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType) => GraniteKeys.Read(root, ReadShape(root, keyValueHeadsRequired: false)) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
        GraniteKeys.Write(json, config);
    }

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors) => GraniteKeys.ReadGguf(metadata, base.ReadGguf(metadata, tensors));

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) => [.. base.WriteGguf(config), .. GraniteKeys.WriteGguf(config)];

    protected override bool HasGguf => true;

    public override bool HasMacroStream => true;

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        hidden = g.Add(hidden, SelfAttention(g, config, layer, Norm(g, hidden, "input_layernorm")), config.ResidualMultiplier);
        return g.Add(hidden, FeedForward(g, config, layer, Norm(g, hidden, "post_attention_layernorm")), config.ResidualMultiplier);
    }

    protected override Value Head(GraphBuilder g, ModelConfig config, Value input) =>
        g.Linear(input, config.TieWordEmbeddings ? EmbeddingName : HeadName, config.VocabSize, scale: 1 / config.LogitsScaling);
}
