using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models;

/// <summary>
/// Llama 2 and 3 and what shares their architecture: as Qwen2, but without biases unless config.json asks for them
/// (<c>attention_bias</c> covers q, k, v and o; <c>mlp_bias</c> gate, up and down).
/// </summary>
internal sealed class Llama : RotaryDecoder
{
    /// <summary>For formats that hold nothing else, such as llama2.c.</summary>
    public const string TypeName = "llama";

    private const string Mistral = "mistral";

    public override string Name => TypeName;

    /// <summary>mistral without a sliding window is the same computation.</summary>
    public override IReadOnlyList<string> AlsoReads => [Mistral];

    protected override bool GgufInterleavesRope => true;

    public override string ClassName(ModelConfig config) => "LlamaForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        if (modelType == Mistral)
            return ReadMistral(root);
        return ReadShape(root, keyValueHeadsRequired: false) with
        {
            AttentionBias = root.Bool("attention_bias") ?? false,
            MlpBias = root.Bool("mlp_bias") ?? false,
        };
    }

    private ModelConfig ReadMistral(JsonFields root)
    {
        var config = ReadShape(root);
        // null means none, but a missing key means transformers' default, 4096; Has() cannot tell them apart, Keys can.
        var window = root.Int("sliding_window", 0, int.MaxValue) ?? (root.Keys.Contains("sliding_window") ? int.MaxValue : 4096);
        return window < config.MaxPositionEmbeddings
            ? throw root.Wrong("sliding_window", $"null, or at least {config.MaxPositionEmbeddings}", FullAttention)
            : config;
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
    }

    public override Graph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var queryWidth = config.NumAttentionHeads * config.HeadDim;
        var keyWidth = config.NumKeyValueHeads * config.HeadDim;

        var hidden = g.Embed("model.embed_tokens", config.HiddenSize);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"model.layers.{layer}.");

            var normed = g.RmsNorm(hidden, "input_layernorm");
            var query = g.Rope(g.Linear(normed, "self_attn.q_proj", queryWidth, config.AttentionBias));
            var key = g.Rope(g.Linear(normed, "self_attn.k_proj", keyWidth, config.AttentionBias));
            var value = g.Linear(normed, "self_attn.v_proj", keyWidth, config.AttentionBias);
            var attended = g.Attention(query, key, value);
            hidden = g.Add(hidden, g.Linear(attended, "self_attn.o_proj", config.HiddenSize, config.AttentionBias));

            normed = g.RmsNorm(hidden, "post_attention_layernorm");
            var gate = g.Linear(normed, "mlp.gate_proj", config.IntermediateSize, config.MlpBias);
            var up = g.Linear(normed, "mlp.up_proj", config.IntermediateSize, config.MlpBias);
            hidden = g.Add(hidden, g.Linear(g.SiluMultiply(gate, up), "mlp.down_proj", config.HiddenSize, config.MlpBias));
        }
        g.EndLayers();

        var last = g.RmsNorm(g.SelectRows(hidden), "model.norm");
        return g.Build(g.Linear(last, config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head", config.VocabSize));
    }
}
