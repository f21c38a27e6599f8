using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>Command R7B and A: as Command R; three layers with a window to one that sees everything and has no positions.</summary>
internal sealed class Cohere2 : Cohere
{
    private const int Pattern = 4;

    public override string Name => "cohere2";

    public override string ClassName(ModelConfig config) => "Cohere2ForCausalLM";

    protected override bool HasWindows => true;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var pattern = root.Int("sliding_window_pattern", 1, ModelLimits.Layers) ?? Pattern;
        return WithWindows(root, base.Read(root, modelType), layer => (layer + 1) % pattern != 0, 4096);
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        WriteWindows(json, config);
    }

    protected override string GgufName => "cohere2";

    protected override bool GgufHasWindows => true;

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        return config with { SlidingWindow = GgufWindow(metadata, config), SlidingLayers = GgufSlides(metadata, config) };
    }

    /// <summary>llama.cpp asks for the window, whether it cuts anything off or not.</summary>
    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
        [.. base.WriteGguf(config), ("attention.sliding_window", (uint)(config.SlidingWindow ?? config.MaxPositionEmbeddings))];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) ?? (SlidesAs(config, SlidesInThrees) ? null : "cohere2 whose layers slide in another order");

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        config.SlidingLayers![layer] != 0 ? base.Heads(g, config, layer, projected, isKey) : projected;
}
