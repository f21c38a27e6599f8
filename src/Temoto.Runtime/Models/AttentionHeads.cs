using Temoto.Formats.Config;

namespace Temoto.Models;

/// <summary>What a configuration calls the width and the heads of attention.</summary>
/// <param name="KeyValueHeads">Null where every query head has a key and value head of its own.</param>
/// <param name="HeadDim">Null where it is always the width divided by the heads.</param>
internal sealed record AttentionKeys(string HiddenSize, string Heads, string? KeyValueHeads = null, string? HeadDim = null)
{
    public static readonly AttentionKeys HuggingFace = new("hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim");

    /// <summary>Of types that have neither grouped queries nor heads of another width.</summary>
    public static readonly AttentionKeys HuggingFacePlain = new("hidden_size", "num_attention_heads");

    public static readonly AttentionKeys Gguf = new("embedding_length", "attention.head_count", "attention.head_count_kv", "attention.key_length");
}

/// <summary>The heads of an untrusted configuration. The rules that hold for every model type stand here, once.</summary>
internal sealed record AttentionHeads(int HiddenSize, int Heads, int KeyValueHeads, int HeadDim)
{
    /// <param name="keyValueHeadsRequired">Refuse a configuration that does not say how many there are; else they are as many as query heads.</param>
    /// <param name="headDim">Of configurations that do not say; null: the width divided by the heads.</param>
    /// <param name="keyValueHeads">Null where the configuration says under its key how many there are.</param>
    /// <param name="rotary">Rotary embedding turns pairs, so heads must have an even width.</param>
    public static AttentionHeads Read(IConfigFields fields, AttentionKeys keys, bool keyValueHeadsRequired = false, int? headDim = null, bool rotary = true, int? keyValueHeads = null)
    {
        var hiddenSize = fields.RequiredInt(keys.HiddenSize, 1, ModelLimits.Width);
        var heads = fields.RequiredInt(keys.Heads, 1, ModelLimits.Width);
        var shared = keyValueHeads ?? (keys.KeyValueHeads is not { } keyValueKey ? heads
            : keyValueHeadsRequired ? fields.RequiredInt(keyValueKey, 1, ModelLimits.Width)
            : fields.Int(keyValueKey, 1, ModelLimits.Width) ?? heads);
        if (heads % shared != 0)
            throw fields.Wrong(keys.KeyValueHeads!, $"a divisor of the {heads} attention heads");
        var given = keys.HeadDim is null ? null : fields.Int(keys.HeadDim, 2, ModelLimits.HeadDim);
        if ((given ?? headDim) is not { } width)
        {
            if (hiddenSize % heads != 0 || hiddenSize / heads > ModelLimits.HeadDim)
                throw fields.Wrong(keys.Heads, $"a divisor of the {keys.HiddenSize} {hiddenSize}, heads of at most {ModelLimits.HeadDim}{(keys.HeadDim is null ? "" : $", or {keys.HeadDim}")}");
            width = hiddenSize / heads;
        }
        if (rotary && width % 2 != 0)
            throw fields.Wrong(given is null ? keys.Heads : keys.HeadDim!, $"heads of an even width, not {width}: rotary embedding turns pairs");
        if ((long)heads * width > ModelLimits.Width)
            throw fields.Wrong(keys.Heads, $"heads of width {width} that are together at most {ModelLimits.Width} wide");
        return new AttentionHeads(hiddenSize, heads, shared, width);
    }
}
