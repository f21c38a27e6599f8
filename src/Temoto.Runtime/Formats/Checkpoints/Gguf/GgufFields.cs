using Temoto.Formats.Config;

namespace Temoto.Formats.Checkpoints.Gguf;

/// <summary>The keys of a GGUF file's metadata that begin alike: "llama.block_count" is block_count behind the prefix "llama.".</summary>
internal sealed class GgufFields(GgufFile file, string prefix) : IConfigFields
{
    public string Path => file.Path;

    public string? String(string key) => file.String(prefix + key);

    public bool? Bool(string key) => file.Bool(prefix + key);

    public int? Int(string key, int smallest, int largest) => file.IntOfLayers(prefix + key, smallest, largest);

    public int RequiredInt(string key, int smallest, int largest) =>
        Int(key, smallest, largest) ?? throw file.Bad(prefix + key, "nothing", $"a whole number from {smallest} to {largest}");

    public double? Number(string key, double smallest, double largest) => file.Number(prefix + key, smallest, largest);

    public double RequiredNumber(string key, double smallest, double largest) =>
        Number(key, smallest, largest) ?? throw file.Bad(prefix + key, "nothing", $"a number from {smallest} to {largest}");

    public IReadOnlyList<int> IntOrList(string key, int smallest, int largest, int most) => file.IntOrList(prefix + key, smallest, largest, most);

    public IReadOnlyList<bool>? Flags(string key, int most) => file.Flags(prefix + key, most);

    public InputException Wrong(string key, string expected, string? next = null)
    {
        var found = file.Describe(prefix + key);
        return next is null ? file.Bad(prefix + key, found, expected) : file.Bad(prefix + key, found, expected, next);
    }
}
