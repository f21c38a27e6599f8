using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

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

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config)
    {
        base.WriteOwnKeys(json, config);
        WriteWindows(json, config);
        json.WriteNumber("rope_local_base_freq", config.RopeLocalTheta!.Value);
    }
}
