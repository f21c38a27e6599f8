namespace Temoto.Formats.Config;

/// <summary>A configuration with a number in place of what stands under a key of it.</summary>
internal sealed class FieldsWith(IConfigFields fields, string changed, int number) : IConfigFields
{
    public string Path => fields.Path;

    public string? String(string key) => fields.String(key);

    public bool? Bool(string key) => fields.Bool(key);

    public int? Int(string key, int smallest, int largest) => key == changed ? number : fields.Int(key, smallest, largest);

    public int RequiredInt(string key, int smallest, int largest) => key == changed ? number : fields.RequiredInt(key, smallest, largest);

    public double? Number(string key, double smallest, double largest) => fields.Number(key, smallest, largest);

    public double RequiredNumber(string key, double smallest, double largest) => fields.RequiredNumber(key, smallest, largest);

    public IReadOnlyList<int> IntOrList(string key, int smallest, int largest, int most) => key == changed ? [number] : fields.IntOrList(key, smallest, largest, most);

    public IReadOnlyList<bool>? Flags(string key, int most) => fields.Flags(key, most);

    public InputException Wrong(string key, string expected, string? next = null) => fields.Wrong(key, expected, next);
}
