using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;
using Temoto.Tensors;

namespace Temoto.Models.Decoders;

/// <summary>OLMo 3: as OLMo 2; three layers with a window to one without, whose positions alone are scaled.</summary>
internal sealed class Olmo3 : Olmo2
{
    private const int Pattern = 4;

    public override string Name => "olmo3";

    public override string ClassName(ModelConfig config) => "Olmo3ForCausalLM";

    protected override bool HasWindows => true;

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        var config = WithWindows(root, base.Read(root, modelType), layer => (layer + 1) % Pattern != 0, 4096);
        return config with { RopeLocalTheta = RopeKeys.ReadLocalTheta(root, "rope_local_base_freq", config.RopeTheta) };
    }

    protected override string GgufName => "olmo2";

    protected override Func<IConfigFields, bool> GgufTakes => metadata => metadata.Int("attention.sliding_window", 0, int.MaxValue) is > 0;

    protected override bool GgufHasWindows => true;

    protected override ModelConfig ReadGguf(IConfigFields metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var config = base.ReadGguf(metadata, tensors);
        return config with { SlidingWindow = GgufWindow(metadata, config), SlidingLayers = GgufSlides(metadata, config), RopeLocalTheta = config.RopeTheta };
    }

    protected override IEnumerable<(string Key, object Value)> WriteGguf(ModelConfig config) =>
        [.. base.WriteGguf(config), ("attention.sliding_window", (uint)(config.SlidingWindow ?? config.MaxPositionEmbeddings))];

    protected override string? UnsayableInGguf(ModelConfig config) =>
        base.UnsayableInGguf(config) is { } unsayable ? unsayable
        : !SlidesAs(config, SlidesInThrees) ? "olmo3 whose layers slide in another order"
        : config.RopeLocalTheta != config.RopeTheta ? $"a rope_local_base_freq of {config.RopeLocalTheta}"
        : null;

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        WriteWindows(json, config);
        json.WriteNumber("rope_local_base_freq", config.RopeLocalTheta!.Value);
    }
}
