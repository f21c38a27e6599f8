using System.Text.Json;
using Temoto.Formats.Config;
using Temoto.Formats.Json;

namespace Temoto.Models.Decoders;

/// <summary>
/// Mistral and Ministral: as Llama, but every layer, or those that layer_types names, sees the last sliding_window positions alone. Without a window it is a Llama, and is read as one.
/// </summary>
internal sealed class Mistral : RotaryDecoder
{
    private const string Ministral = "ministral";

    public override string Name => "mistral";

    public override IReadOnlyList<string> AlsoReads => [Ministral];

    protected override bool HasWindows => true;

    public override string ClassName(ModelConfig config) => "MistralForCausalLM";

    public override ModelConfig Read(JsonFields root, string modelType)
    {
        // mistral's configuration class has a window of its own, ministral's has none.
        var config = WithWindows(root, ReadShape(root, keyValueHeadsRequired: modelType == Name), _ => true, modelType == Ministral ? null : 4096);
        return config.SlidingWindow is null ? config with { ModelType = Llama.TypeName, SlidingLayers = null } : config;
    }

    protected override void WriteOwnKeys(Utf8JsonWriter json, ModelConfig config) => WriteWindows(json, config);
}
