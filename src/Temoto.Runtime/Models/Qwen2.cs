using Temoto.Dataflow;
using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>
/// Qwen2 and Qwen2.5: pre-norm decoder with RMS norm, grouped-query attention with biases on q, k and v, rotary positions,
/// SwiGLU, tied or separate output head.
/// </summary>
internal static class Qwen2
{
    public static ModelGraph Build(ModelConfig config)
    {
        var g = new GraphBuilder(config);
        var queryWidth = config.NumAttentionHeads * config.HeadDim;
        var keyWidth = config.NumKeyValueHeads * config.HeadDim;

        var hidden = g.Embed("model.embed_tokens", config.HiddenSize);
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
        {
            g.BeginLayer(layer, $"model.layers.{layer}.");

            var normed = g.RmsNorm(hidden, "input_layernorm");
            var query = g.Rope(g.Linear(normed, "self_attn.q_proj", queryWidth, bias: true));
            var key = g.Rope(g.Linear(normed, "self_attn.k_proj", keyWidth, bias: true));
            var value = g.Linear(normed, "self_attn.v_proj", keyWidth, bias: true);
            var attended = g.Attention(query, key, value);
            hidden = g.Add(hidden, g.Linear(attended, "self_attn.o_proj", config.HiddenSize));

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
