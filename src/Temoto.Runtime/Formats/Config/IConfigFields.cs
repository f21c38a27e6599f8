namespace Temoto.Formats.Config;

/// <summary>The keys of an untrusted configuration: an object of config.json, or one architecture's part of a GGUF file's metadata. Errors name file and key.</summary>
internal interface IConfigFields
{
    /// <summary>The file.</summary>
    string Path { get; }

    string? String(string key);

    bool? Bool(string key);

    /// <summary>Null where the key is missing.</summary>
    int? Int(string key, int smallest, int largest);

    int RequiredInt(string key, int smallest, int largest);

    double? Number(string key, double smallest, double largest);

    /// <summary>One whole number or an array of at most <paramref name="most"/>; empty where the key is missing.</summary>
    IReadOnlyList<int> IntOrList(string key, int smallest, int largest, int most);

    /// <summary>True or false for each of at most <paramref name="most"/>; null where the key is missing or holds no array.</summary>
    IReadOnlyList<bool>? Flags(string key, int most);

    double RequiredNumber(string key, double smallest, double largest);

    /// <summary>An error about what stands under a key.</summary>
    /// <param name="next">What to do about it, where there is more to say than to use another file.</param>
    InputException Wrong(string key, string expected, string? next = null);
}
