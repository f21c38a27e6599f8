using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>
/// SmolLM3: as Llama, but some layers (every fourth, where config.json does not say) have no positions at all ("NoPE", Yang et al., arXiv 2501.18795): their q
/// and k are not rotated.
/// </summary>
internal sealed class SmolLM3 : RotaryDecoder
{
    /// <summary>Of configurations that do not say, and of all GGUF files: llama.cpp has no key for it.</summary>
    private const int Interval = 4;

    public override string Name => "smollm3";

    protected override bool HasWindows => true;

    protected override bool GgufInterleavesRope => true;

    public override string ClassName(ModelConfig config) => "SmolLM3ForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = ReadShape(root, ropeTheta: 2e6);
        return WithSwitchedWindows(root, config, windowWhereMissing: null) with
        {
            TieWordEmbeddings = root.Bool("tie_word_embeddings") ?? true,
            AttentionBias = root.Bool("attention_bias") ?? false,
            MlpBias = root.Bool("mlp_bias") ?? false,
            NoRopeLayers = ReadNoRopeLayers(root, config.NumHiddenLayers),
        };
    }

    private static Items<int> ReadNoRopeLayers(JsonFields root, int layers)
    {
        const string key = "no_rope_layers";
        if (!root.Has(key))
            return EveryNth(root.Int("no_rope_layer_interval", 1, int.MaxValue) ?? Interval, layers);
        var given = root.IntOrList(key, 0, 1, ModelLimits.Layers);
        // transformers reads as many as there are layers.
        return given.Count >= layers ? [.. given.Take(layers)] : throw root.Wrong(key, $"0 or 1 for each of the {layers} layers");
    }

    private static Items<int> EveryNth(int interval, int layers) => [.. Enumerable.Range(1, layers).Select(number => number % interval == 0 ? 0 : 1)];

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        json.WriteBoolean("attention_bias", config.AttentionBias);
        json.WriteBoolean("mlp_bias", config.MlpBias);
        json.WriteStartArray("no_rope_layers");
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
            json.WriteNumberValue(HasPositions(config, layer) ? 1 : 0);
        json.WriteEndArray();
        WriteSwitchedWindows(json, config);
    }

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        return config with { NoRopeLayers = EveryNth(Interval, config.NumHiddenLayers) };
    }

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : EveryNth(Interval, config.NumHiddenLayers).Index().All(layer => HasPositions(config, layer.Index) == (layer.Item != 0)) ? null : $"smollm3 whose layers without positions are not every {Interval}th";

    protected override bool HasGguf => true;

    public override bool HasMacroStream => true;

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) => HasPositions(config, layer) ? g.Rope(projected) : projected;

    private static bool HasPositions(ModelConfig config, int layer) => config.NoRopeLayers is not { } layers || layers[layer] != 0;
}
