using System.Globalization;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>Tensor names of GGUF's llama, qwen2 and qwen3 architectures and of the Hugging Face checkpoints they were converted from.</summary>
internal static class GgufNames
{
    /// <summary>Divisors of the rotary frequencies (Llama 3); becomes part of the configuration, not a weight.</summary>
    public const string RopeFrequencies = "rope_freqs.weight";

    private const string GgufLayerPrefix = "blk.";
    private const string LayerPrefix = "model.layers.";

    private static readonly (string Gguf, string HuggingFace)[] Whole =
    [
        ("token_embd.weight", "model.embed_tokens.weight"),
        ("output_norm.weight", "model.norm.weight"),
        ("output.weight", "lm_head.weight"),
    ];

    private static readonly (string Gguf, string HuggingFace)[] OfLayer =
    [
        ("attn_norm", "input_layernorm"),
        ("attn_q", "self_attn.q_proj"),
        ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"),
        ("attn_q_norm", "self_attn.q_norm"),
        ("attn_k_norm", "self_attn.k_norm"),
        ("ffn_norm", "post_attention_layernorm"),
        ("ffn_gate", "mlp.gate_proj"),
        ("ffn_up", "mlp.up_proj"),
        ("ffn_down", "mlp.down_proj"),
    ];

    /// <summary>Null where the architectures read here have no such tensor.</summary>
    public static string? ToHuggingFace(string name) => Translate(name, GgufLayerPrefix, LayerPrefix, static pair => pair);

    /// <summary>Null where GGUF has no such tensor.</summary>
    public static string? FromHuggingFace(string name) => Translate(name, LayerPrefix, GgufLayerPrefix, static pair => (pair.Item2, pair.Item1));

    private static string? Translate(string name, string fromPrefix, string toPrefix, Func<(string, string), (string From, string To)> direction)
    {
        foreach (var pair in Whole)
        {
            var (from, to) = direction(pair);
            if (name == from)
                return to;
        }
        if (!name.StartsWith(fromPrefix, StringComparison.Ordinal))
            return null;
        var rest = name.AsSpan(fromPrefix.Length);
        var dot = rest.IndexOf('.');
        // The number as the writers print it: no sign, no leading zero, so that two names never become one.
        if (dot <= 0 || !int.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) || rest[..dot].Length > 1 && rest[0] == '0')
            return null;
        rest = rest[(dot + 1)..];
        var lastDot = rest.LastIndexOf('.');
        if (lastDot < 0 || rest[lastDot..] is not (".weight" or ".bias"))
            return null;
        foreach (var pair in OfLayer)
        {
            var (from, to) = direction(pair);
            if (rest[..lastDot].SequenceEqual(from))
                return $"{toPrefix}{layer}.{to}{rest[lastDot..]}";
        }
        return null;
    }
}
