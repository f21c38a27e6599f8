using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Plans;

namespace Temoto.Formats.Checkpoints.Awq;

/// <summary>One tensor of an AWQ_MACRO stream.</summary>
/// <param name="Name">As in the Hugging Face checkpoint.</param>
/// <param name="Shape">[out, in] of a weight in macros, else as in the checkpoint.</param>
/// <param name="IsMacros">Macros in file order [in / 64, out / 8]; else float16.</param>
internal sealed record AwqMacroPart(string Name, long[] Shape, bool IsMacros, long OffsetBytes, long ByteLength)
{
    public long Groups => Shape[1] / AwqMacro.Inputs;

    public long Tiles => Shape[0] / AwqMacro.Channels;
}

/// <summary>
/// Where everything lies in an AWQ_MACRO stream, which depends on the model's shape alone. Per layer: q, k, v, o, gate, up, down, each with its bias behind it, then
/// the two norms; behind the layers the final norm and the embedding. Ours, since the published design runs one model only: the norms of q and k behind a
/// layer's two norms, and an untied head behind the embedding.
/// </summary>
internal static class AwqMacroLayout
{
    /// <summary>Output channels that the four ports take together.</summary>
    public const int OutputMultiple = AwqMacro.Channels * AwqMacro.Ports;

    private static readonly string[] LayerOrder =
    [
        "self_attn.q_proj.weight", "self_attn.q_proj.bias", "self_attn.k_proj.weight", "self_attn.k_proj.bias", "self_attn.v_proj.weight", "self_attn.v_proj.bias",
        "self_attn.o_proj.weight", "self_attn.o_proj.bias", "mlp.gate_proj.weight", "mlp.gate_proj.bias", "mlp.up_proj.weight", "mlp.up_proj.bias",
        "mlp.down_proj.weight", "mlp.down_proj.bias", "input_layernorm.weight", "post_attention_layernorm.weight", "self_attn.q_norm.weight", "self_attn.k_norm.weight",
    ];

    private static readonly string[] Tail = ["model.norm.weight", "model.embed_tokens.weight", "lm_head.weight"];

    /// <param name="source">For error lines.</param>
    public static IReadOnlyList<AwqMacroPart> Of(string source, ModelConfig config)
    {
        if (!ModelTypes.Of(config).HasMacroStream)
            throw new InputException(source, "model_type", $"'{config.ModelType}'", $"{ModelTypes.Names(type => type.HasMacroStream)}: the stream has an order for their tensors alone", "keep this model in another format");
        // The layers are alike: one is looked up, the others follow.
        var layer = OneLayer(config).ToDictionary(use => use.Name, use => use.Shape.ToArray());
        var parts = new List<AwqMacroPart>();
        long offset = 0;

        void Add(string name, long[] shape)
        {
            var isMacros = AutoAwqFormat.IsLayerLinear(name);
            if (isMacros && (shape[0] % OutputMultiple != 0 || shape[1] % AwqMacro.Inputs != 0))
            {
                throw new InputException(
                    source, name, $"[{shape[0]}, {shape[1]}]", $"outputs in multiples of {OutputMultiple} and inputs of {AwqMacro.Inputs}: four ports of 64 x 8 macros", "keep this model in another format");
            }
            var elements = shape.Aggregate(1L, (product, dimension) => product * dimension);
            var byteLength = isMacros ? elements / (AwqMacro.Inputs * AwqMacro.Channels) * AwqMacro.Bytes : elements * sizeof(ushort);
            parts.Add(new AwqMacroPart(name, shape, isMacros, offset, byteLength));
            offset += byteLength;
        }

        for (var i = 0; i < config.NumHiddenLayers; i++)
        {
            foreach (var name in LayerOrder)
            {
                if (layer.TryGetValue($"model.layers.0.{name}", out var shape))
                    Add($"model.layers.{i}.{name}", shape);
            }
        }
        foreach (var name in Tail)
        {
            if (layer.TryGetValue(name, out var shape))
                Add(name, shape);
        }
        return parts;
    }

    /// <summary>How many parts there are, without listing them.</summary>
    public static long Count(ModelConfig config)
    {
        var one = OneLayer(config).Count;
        var tail = config.TieWordEmbeddings ? 2 : 3;
        return tail + (long)config.NumHiddenLayers * (one - tail);
    }

    private static IReadOnlyList<WeightUse> OneLayer(ModelConfig config) => ModelTypes.Of(config).FileTensors(config with { NumHiddenLayers = 1 });
}
