using System.Text.Json;
using Temoto.Formats.Config;

namespace Temoto.Formats.Json;

/// <summary>Typed access to one JSON object of a file; null and a missing key mean the same, as they do in Hugging Face's files.</summary>
internal readonly struct JsonFields(string path, string place, JsonElement element) : IConfigFields
{
    public string Path => path;

    /// <summary>Where the object lies in the file; "" where it is the file.</summary>
    public string Place => place;

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
            ? new JsonFields(path, PlaceOf(key), value)
            : throw Wrong(key, "an object");
    }

    public string? String(string key)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a string");
    }

    public string RequiredString(string key) => String(key) ?? throw Wrong(key, "a string");

    /// <summary>A value of any kind, or null.</summary>
    public JsonValue? Value(string key) => Has(key) ? new JsonValue(path, PlaceOf(key), element.GetProperty(key)) : null;

    public JsonValue RequiredValue(string key, string expected) => Value(key) ?? throw Wrong(key, expected);

    /// <summary>Each key with its value, in the order of the file.</summary>
    public IEnumerable<(string Key, JsonValue Value)> Members()
    {
        var fields = this;
        return element.EnumerateObject().Select(member => (member.Name, new JsonValue(fields.Path, fields.PlaceOf(member.Name), member.Value)));
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
        return TryWhole(value, out var number) && number >= smallest && number <= largest
            ? (int)number
            : throw Wrong(key, $"a whole number from {smallest} to {largest}");
    }

    public long? Long(string key, long smallest, long largest)
    {
        if (!Has(key))
            return null;
        var value = element.GetProperty(key);
        return TryWhole(value, out var number) && number >= smallest && number <= largest
            ? number
            : throw Wrong(key, $"a whole number from {smallest} to {largest}");
    }

    public int RequiredInt(string key, int smallest, int largest) =>
        Int(key, smallest, largest) ?? throw new InputException(
            path, PlaceOf(key), "nothing", $"a whole number from {smallest} to {largest}", JsonFile.OtherKind);

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
        Number(key, smallest, largest) ?? throw new InputException(path, PlaceOf(key), "nothing", $"a number from {smallest} to {largest}", JsonFile.OtherKind);

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
            if (!TryWhole(item, out var number) || number < smallest || number > largest)
                throw Wrong(key, $"whole numbers from {smallest} to {largest}");
            numbers.Add((int)number);
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

    /// <inheritdoc/>
    public IReadOnlyList<bool>? Flags(string key, int most)
    {
        if (!Has(key) || element.GetProperty(key) is not { ValueKind: JsonValueKind.Array } value)
            return null;
        if (value.GetArrayLength() > most || value.EnumerateArray().Any(item => item.ValueKind is not (JsonValueKind.True or JsonValueKind.False)))
            throw Wrong(key, $"an array of at most {most} times true or false");
        return [.. value.EnumerateArray().Select(item => item.GetBoolean())];
    }

    /// <summary>Objects of an array; empty where the key is missing.</summary>
    public IReadOnlyList<JsonFields> Objects(string key, int most)
    {
        if (!Has(key))
            return [];
        var value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
            throw Wrong(key, $"an array of at most {most} objects");
        var (file, name) = (path, PlaceOf(key));
        return [.. value.EnumerateArray().Select((item, index) => new JsonFields(file, $"{name}[{index}]", item))];
    }

    /// <summary>A whole number, however it is written: Python turns 50 into 50.0 where it was a float once.</summary>
    private static bool TryWhole(JsonElement value, out long number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number)
            return false;
        if (value.TryGetInt64(out number))
            return true;
        // Beyond 2^53 a float64 has no place for the ones.
        if (!value.TryGetDouble(out var real) || real != Math.Truncate(real) || Math.Abs(real) > 1L << 53)
            return false;
        number = (long)real;
        return true;
    }

    /// <summary>An error about a key of this object.</summary>
    public InputException Wrong(string key, string expected, string? next = null) =>
        new(path, PlaceOf(key), element.TryGetProperty(key, out var value) ? JsonValue.Shown(value) : "nothing", expected, next ?? JsonFile.OtherKind);

    /// <summary>A key as errors name it: with the keys that lead to this object.</summary>
    public string PlaceOf(string key) => place.Length == 0 ? key : $"{place}.{key}";
}
