using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models;

/// <summary>
/// Qwen3 (dense): as Qwen2 without the biases; instead each head of q and k passes an RMS norm before the rotary positions. HeadDim is
/// given by config.json and need not be HiddenSize / NumAttentionHeads.
/// </summary>
internal sealed class Qwen3 : RotaryDecoder
{
    public override string Name => "qwen3";

    public override TokenizerFamily? Tokenizer => TokenizerFamily.Qwen2;

    public override string ClassName(ModelConfig config) => "Qwen3ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        // 128 is the configuration class's own default.
        var config = ReadShape(root, headDim: 128);
        RefuseWindowInUse(root, config);
        return config with { AttentionBias = root.Bool("attention_bias") ?? false };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => json.WriteBoolean("attention_bias", config.AttentionBias);

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
            var query = g.Rope(g.HeadNorm(g.Linear(normed, "self_attn.q_proj", queryWidth, config.AttentionBias), "self_attn.q_norm"));
            var key = g.Rope(g.HeadNorm(g.Linear(normed, "self_attn.k_proj", keyWidth, config.AttentionBias), "self_attn.k_norm"));
            var value = g.Linear(normed, "self_attn.v_proj", keyWidth, config.AttentionBias);
            var attended = g.Attention(query, key, value);
            hidden = g.Add(hidden, g.Linear(attended, "self_attn.o_proj", config.HiddenSize, config.AttentionBias));

            normed = g.RmsNorm(hidden, "post_attention_layernorm");
            var gate = g.Linear(normed, "mlp.gate_proj", config.IntermediateSize);
            var up = g.Linear(normed, "mlp.up_proj", config.IntermediateSize);
            hidden = g.Add(hidden, g.Linear(g.SiluMultiply(gate, up), "mlp.down_proj", config.HiddenSize));
        }
        g.EndLayers();

        var last = g.RmsNorm(g.SelectRows(hidden), "model.norm");
        return g.Build(g.Linear(last, config.TieWordEmbeddings ? "model.embed_tokens" : "lm_head", config.VocabSize));
    }
}
