using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Planning;
using Temoto.Plans;

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

    protected override Value Heads(GraphBuilder g, ModelConfig config, int layer, Value projected, bool isKey) =>
        config.SlidingLayers![layer] != 0 ? base.Heads(g, config, layer, projected, isKey) : projected;
}
