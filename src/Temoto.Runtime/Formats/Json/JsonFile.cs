using System.Text.Json;
using System.Text.Unicode;
using Temoto.Formats.Config;

namespace Temoto.Formats.Json;

/// <summary>
/// A small JSON file of untrusted origin: one object, bounded in bytes and depth, no duplicate keys at any level.
/// The getters name file and key in their errors.
/// </summary>
internal sealed class JsonFile : IDisposable
{
    private readonly JsonDocument document;

    private JsonFile(string path, JsonDocument document)
    {
        this.document = document;
        Root = new JsonFields(path, "", document.RootElement);
    }

    public JsonFields Root { get; }

    /// <param name="maxBytes">The parsed form takes several times the text, so a bound on the text bounds the memory.</param>
    public static JsonFile Open(string path, string expected, long maxBytes) =>
        // Some editors put a byte order mark in front.
        Parse(StrictJson.ReadFile(path, expected, maxBytes), path, expected);

    /// <summary>A JSON object in memory; errors call it <paramref name="path"/>.</summary>
    public static JsonFile Parse(ReadOnlyMemory<byte> text, string path, string expected)
    {
        if (!Utf8.IsValid(text.Span))
            throw new InputException(path, null, "bytes that are not UTF-8", $"{expected}: a JSON object in UTF-8", "download the file again");
        JsonText.Check(text.Span, path, null);
        try
        {
            var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new JsonFile(path, document);
            var kind = document.RootElement.ValueKind;
            document.Dispose();
            throw new InputException(path, null, $"a JSON {kind}", $"{expected}: a JSON object", "download the file again");
        }
        catch (JsonException error)
        {
            throw new InputException(path, null, error.Message, $"{expected}: a JSON object without duplicate keys", "download the file again");
        }
    }

    public void Dispose() => document.Dispose();
}

/// <summary>Typed access to one JSON object of a file; null and a missing key mean the same, as they do in Hugging Face's files.</summary>
internal readonly struct JsonFields(string path, string prefix, JsonElement element) : IConfigFields
{
    private const string Next = "use the file its authors published";

    public string Path => path;

    public IReadOnlyList<string> Keys => [.. element.EnumerateObject().Select(property => property.Name)];

    public bool Has(string key) => element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    public bool IsObject(string key) => element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object;

    /// <summary>The nested object, or null.</summary>
    public JsonFields? Object(string key)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Object
            ? new JsonFields(path, $"{prefix}{key}.", value)
            : throw Wrong(key, "an object");
    }

    public string? String(string key)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a string");
    }

    public bool? Bool(string key)
    {
        if (!Has(key))
            return null;
        return element.GetProperty(key).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false"),
        };
    }

    public int? Int(string key, int smallest, int largest)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= smallest && number <= largest
            ? number
            : throw Wrong(key, $"a whole number from {smallest} to {largest}");
    }

    public long? Long(string key, long smallest, long largest)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= smallest && number <= largest
            ? number
            : throw Wrong(key, $"a whole number from {smallest} to {largest}");
    }

    public int RequiredInt(string key, int smallest, int largest) =>
        Int(key, smallest, largest) ?? throw new InputException(path, prefix + key, "nothing", $"a whole number from {smallest} to {largest}", Next);

    public double? Number(string key, double smallest, double largest)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= smallest && number <= largest
            ? number
            : throw Wrong(key, $"a number from {smallest} to {largest}");
    }

    public double RequiredNumber(string key, double smallest, double largest) =>
        Number(key, smallest, largest) ?? throw new InputException(path, prefix + key, "nothing", $"a number from {smallest} to {largest}", Next);

    /// <summary>One whole number or an array of them; empty where the key is missing.</summary>
    public IReadOnlyList<int> IntOrList(string key, int smallest, int largest, int most)
    {
        if (!Has(key))
            return [];
        var value = element.GetProperty(key);
        if (value.ValueKind == JsonValueKind.Number)
            return [Int(key, smallest, largest)!.Value];
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw Wrong(key, $"a whole number or at most {most} of them");
        var numbers = new List<int>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var number) || number < smallest || number > largest)
                throw Wrong(key, $"whole numbers from {smallest} to {largest}");
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>The numbers of an array that must have <paramref name="count"/> of them.</summary>
    public IReadOnlyList<double> Numbers(string key, double smallest, double largest, int count)
    {
        var (expected, value) = ($"an array of {count} numbers from {smallest} to {largest}", Has(key) ? element.GetProperty(key) : default);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != count)
            throw Wrong(key, expected);
        var numbers = new List<double>(count);
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var number) || !(number >= smallest && number <= largest))
                throw Wrong(key, expected);
            numbers.Add(number);
        }
        return numbers;
    }

    /// <summary>Strings of an array; empty where the key is missing.</summary>
    public IReadOnlyList<string> Strings(string key, int most)
    {
        if (!Has(key))
            return [];
        var value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Wrong(key, $"an array of at most {most} strings");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>Objects of an array; empty where the key is missing.</summary>
    public IReadOnlyList<JsonFields> Objects(string key, int most)
    {
        if (!Has(key))
            return [];
        var value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
            throw Wrong(key, $"an array of at most {most} objects");
        var (file, name) = (path, prefix + key);
        return [.. value.EnumerateArray().Select((item, index) => new JsonFields(file, $"{name}[{index}].", item))];
    }

    /// <summary>An error about a key of this object.</summary>
    public InputException Wrong(string key, string expected, string? next = null)
    {
        var found = "nothing";
        if (element.TryGetProperty(key, out var value))
        {
            // Raw text only of scalars: an object could be long.
            found = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"a JSON {value.ValueKind}" : value.GetRawText();
        }
        return new InputException(path, prefix + key, found, expected, next ?? Next);
    }
}
