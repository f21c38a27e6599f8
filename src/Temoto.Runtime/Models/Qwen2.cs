using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Models;

/// <summary>
/// Qwen2 and Qwen2.5: pre-norm decoder with RMS norm, grouped-query attention with biases on q, k and v, rotary positions,
/// SwiGLU, tied or separate output head.
/// </summary>
internal sealed class Qwen2 : RotaryDecoder
{
    public override string Name => "qwen2";

    public override TokenizerFamily? Tokenizer => TokenizerFamily.Qwen2;

    public override string ClassName(ModelConfig config) => "Qwen2ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        // transformers has a default for num_key_value_heads, but no published checkpoint relies on it: a missing key is a damaged file.
        var config = ReadShape(root);
        RefuseWindowInUse(root, config);
        return config with { AttentionBias = true };
    }

    /// <summary>A GGUF file may lack the biases.</summary>
    public override string? Unsayable(ModelConfig config) => config.AttentionBias ? null : "qwen2 without biases on q, k and v";

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
