using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>EXAONE 4 (arXiv 2507.11407): norms behind attention and feed-forward, norms of the heads of q and k; where some layers slide, only they have positions.</summary>
internal sealed class Exaone4 : RotaryDecoder
{
    private const int Pattern = 4;

    public override string Name => "exaone4";

    public override string ClassName(ModelConfig config) => "Exaone4ForCausalLM";

    protected override bool HasWindows => true;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = ReadShape(root, rmsNormEps: 1e-5);
        // A number, or letters: L for a local layer, G for a global one, "LLLG".
        const string key = "sliding_window_pattern";
        var pattern = root.Value(key) is { Kind: JsonValueKind.String } ? root.RequiredString(key).Length : root.Int(key, 1, ModelLimits.Layers) ?? Pattern;
        var windows = WithWindows(root, config, layer => pattern > 0 && (layer + 1) % pattern != 0, 4096);
        // null: no layer is of the kind that slides, and all have positions.
        return root.Has("sliding_window") || !root.Keys.Contains("sliding_window") ? windows : windows with { SlidingLayers = null };
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => WriteWindows(json, config);

    /// <summary>The one model of the family whose layers slide, by its layers: llama.cpp knows it so.</summary>
    private const int LayersOfLargest = 64;

    protected override bool HasGguf => true;

    protected override bool GgufHasWindows => true;

    protected override IReadOnlyList<(string Gguf, string HuggingFace)> GgufNames { get; } =
    [
        .. GgufOfLayer.Where(name => name.Gguf is not ("attn_norm" or "ffn_norm")),
        ("post_attention_norm", "post_attention_layernorm"),
        ("post_ffw_norm", "post_feedforward_layernorm"),
    ];

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        const string key = "attention.sliding_window";
        var config = base.ReadGguf(metadata, tensors);
        if (config.NumHiddenLayers != LayersOfLargest)
            return GgufWindow(metadata, config) is null ? config : throw metadata.Wrong(key, $"no window in a model of {config.NumHiddenLayers} layers", FullAttention);
        var window = metadata.Int(key, 1, int.MaxValue) ?? 4096;
        return config with { SlidingWindow = window < config.MaxPositionEmbeddings ? window : null, SlidingLayers = GgufSlides(metadata, config) };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
        config.SlidingLayers is null ? base.WriteGguf(config) : [.. base.WriteGguf(config), ("attention.sliding_window", (uint)(config.SlidingWindow ?? config.MaxPositionEmbeddings))];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : config.SlidingLayers is not null != (config.NumHiddenLayers == LayersOfLargest) ? $"exaone4 of {config.NumHiddenLayers} layers {(config.SlidingLayers is null ? "none" : "some")} of which slide"
        : !SlidesAs(config, SlidesInThrees) ? "exaone4 whose layers slide in another order"
        : null;

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey)
    {
        var normed = HeadNorm(g, projected, isKey);
        return config.SlidingLayers is not { } slides || slides[layer] != 0 ? g.Rope(normed) : normed;
    }

    protected override Value Layer(GraphBuilder g, ModelConfig config, int layer, Value hidden)
    {
        hidden = g.Add(hidden, Norm(g, SelfAttention(g, config, layer, hidden), "post_attention_layernorm"));
        return g.Add(hidden, Norm(g, FeedForward(g, config, layer, hidden), "post_feedforward_layernorm"));
    }

    public override IReadOnlyList<ScaleGroup> ScaleGroups { get; } = WithoutNorms(Gated);
}
