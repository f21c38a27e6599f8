namespace Temoto.Quantization;

/// <summary>Linear layers that read the same input, and the operation whose output can be divided by what their columns are multiplied by.</summary>
/// <param name="Linears">Names within the layer. Their columns are multiplied by the scales s.</param>
/// <param name="FoldInto">The norm or linear layer before them: its weight (each element, or each row) and its bias are divided by s. Null where no factor gets through.</param>
/// <param name="InspectedEnd">The operation whose output error chooses s: from the first of <paramref name="Linears"/> to this one is the inspected module.</param>
/// <param name="NeedsEqualShapes">True where the two weights must have equal shapes for a scale to fold: v_proj before o_proj, unless KV heads are shared.</param>
internal sealed record ScaleGroup(IReadOnlyList<string> Linears, string? FoldInto, string InspectedEnd, bool NeedsEqualShapes = false)
{
    /// <summary>
    /// Per model type, in the order of the layer. Every linear layer is in exactly one group. The groups are AutoAWQ's (awq/models: qwen2, qwen3, llama, opt).
    /// </summary>
    private static readonly Dictionary<string, IReadOnlyList<ScaleGroup>> Table = new()
    {
        ["deit"] = Vision(),
        ["llama"] = Gated(),
        ["qwen2"] = Gated(),
        ["qwen3"] = Gated(),
        ["opt"] =
        [
            new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "self_attn_layer_norm", "self_attn.out_proj"),
            new(["self_attn.out_proj"], "self_attn.v_proj", "self_attn.out_proj", NeedsEqualShapes: true),
            new(["fc1"], "final_layer_norm", "fc1"),
            // ReLU lets a positive factor through.
            new(["fc2"], "fc1", "fc2"),
        ],
        ["vit"] = Vision(),
    };

    /// <summary>The groups of a model type; an <see cref="InputException"/> where there are none.</summary>
    public static IReadOnlyList<ScaleGroup> Of(string modelType, string source) => Table.TryGetValue(modelType, out var groups)
        ? groups
        : throw new InputException(source, "model_type", $"'{modelType}'", $"one of {string.Join(", ", Table.Keys)}", "use rtn, which needs no scaling table");

    /// <summary>AutoAWQ has no vision transformers: the groups of OPT, but GELU lets no factor through.</summary>
    private static ScaleGroup[] Vision() =>
    [
        new(["attention.attention.query", "attention.attention.key", "attention.attention.value"], "layernorm_before", "attention.output.dense"),
        new(["attention.output.dense"], "attention.attention.value", "attention.output.dense", NeedsEqualShapes: true),
        new(["intermediate.dense"], "layernorm_after", "output.dense"),
        new(["output.dense"], null, "output.dense"),
    ];

    /// <summary>silu(gate) * up: a factor of up's row goes through to down's column.</summary>
    private static ScaleGroup[] Gated() =>
    [
        new(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "input_layernorm", "self_attn.o_proj"),
        new(["self_attn.o_proj"], "self_attn.v_proj", "self_attn.o_proj", NeedsEqualShapes: true),
        new(["mlp.gate_proj", "mlp.up_proj"], "post_attention_layernorm", "mlp.down_proj"),
        new(["mlp.down_proj"], "mlp.up_proj", "mlp.down_proj"),
    ];
}
