using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models;

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

    public override ModelConfig Read(JsonFields root, string modelType) => ReadShape(root, keyValueHeadsRequired: false) with
    {
        AttentionBias = root.Bool("attention_bias") ?? false,
        MlpBias = root.Bool("mlp_bias") ?? false,
        EmbeddingMultiplier = Multiplier(root, "embedding_multiplier") ?? 1,
        AttentionMultiplier = Multiplier(root, "attention_multiplier") ?? 1,
        ResidualMultiplier = Multiplier(root, "residual_multiplier") ?? 1,
        LogitsScaling = Multiplier(root, "logits_scaling") ?? 1,
    };

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
        json.WriteNumber("embedding_multiplier", config.EmbeddingMultiplier);
        json.WriteNumber("attention_multiplier", ScoreScale(config));
        json.WriteNumber("residual_multiplier", config.ResidualMultiplier);
        json.WriteNumber("logits_scaling", config.LogitsScaling);
    }

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        // llama.cpp takes this key as the switch of the positions in this architecture alone.
        if (metadata.Bool("rope.scaling.finetuned") == false)
            throw metadata.Wrong("rope.scaling.finetuned", "true, or no such key: rotary positions", "use a checkpoint with rotary positions");
        var config = base.ReadGguf(metadata, tensors);
        // llama.cpp goes without a factor that is missing; scores are then scaled as everywhere.
        return config with
        {
            EmbeddingMultiplier = Multiplier(metadata, "embedding_scale") ?? 1,
            AttentionMultiplier = Multiplier(metadata, "attention.scale") ?? ScoreScale(config),
            ResidualMultiplier = Multiplier(metadata, "residual_scale") ?? 1,
            LogitsScaling = Multiplier(metadata, "logit_scale") ?? 1,
        };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
    [
        .. base.WriteGguf(config),
        ("embedding_scale", config.EmbeddingMultiplier),
        ("attention.scale", ScoreScale(config)),
        ("residual_scale", config.ResidualMultiplier),
        ("logit_scale", config.LogitsScaling),
    ];

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var queryWidth = config.NumAttentionHeads * config.HeadDim;
        var keyWidth = config.NumKeyValueHeads * config.HeadDim;

        var hidden = g.Embed("model.embed_tokens", config.HiddenSize, config.EmbeddingMultiplier);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"model.layers.{layer}.");

            var normed = g.RmsNorm(hidden, "input_layernorm");
            var query = g.Rope(g.Linear(normed, "self_attn.q_proj", queryWidth, config.AttentionBias));
            var key = g.Rope(g.Linear(normed, "self_attn.k_proj", keyWidth, config.AttentionBias));
            var value = g.Linear(normed, "self_attn.v_proj", keyWidth, config.AttentionBias);
            var attended = g.Attention(query, key, value, scoreScale: config.AttentionMultiplier);
            hidden = g.Add(hidden, g.Linear(attended, "self_attn.o_proj", config.HiddenSize, config.AttentionBias), config.ResidualMultiplier);

            normed = g.RmsNorm(hidden, "post_attention_layernorm");
            var gate = g.Linear(normed, "mlp.gate_proj", config.IntermediateSize, config.MlpBias);
            var up = g.Linear(normed, "mlp.up_proj", config.IntermediateSize, config.MlpBias);
            hidden = g.Add(hidden, g.Linear(g.SiluMultiply(gate, up), "mlp.down_proj", config.HiddenSize, config.MlpBias), config.ResidualMultiplier);
        }
        g.EndLayers();

        var last = g.RmsNorm(g.SelectRows(hidden), "model.norm");
        return g.Build(g.Linear(last, config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head", config.VocabSize, scale: 1 / config.LogitsScaling));
    }

    private static float ScoreScale(ModelConfig config) => config.AttentionMultiplier ?? 1 / MathF.Sqrt(config.HeadDim);

    private static float? Multiplier(IConfigFields fields, string key) => (float?)fields.Number(key, ModelLimits.SmallestMultiplier, ModelLimits.LargestMultiplier);
}
