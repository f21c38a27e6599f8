using System.Text.Json;

namespace Temoto.Formats.Json;

/// <summary>A value of a file with the place that errors name: for keys whose values are of several kinds.</summary>
internal readonly struct JsonValue(string path, string place, JsonElement element)
{
    public JsonValueKind Kind => element.ValueKind;

    public string Path => path;

    public string Place => place;

    public string Text() => Kind == JsonValueKind.String ? element.GetString()! : throw Wrong("a string");

    public JsonFields Fields() => Kind == JsonValueKind.Object ? new JsonFields(path, place, element) : throw Wrong("an object");

    /// <summary>The array's length; another kind of value is refused.</summary>
    public int Count() => Kind == JsonValueKind.Array ? element.GetArrayLength() : throw Wrong("an array");

    /// <summary>The array's items. They go by the array's place: a number for each would cost a string for each, of which a vocabulary has 150 000.</summary>
    public IEnumerable<JsonValue> Items()
    {
        if (Kind != JsonValueKind.Array)
            throw Wrong("an array");
        var (file, here) = (path, place);
        return element.EnumerateArray().Select(item => new JsonValue(file, here, item));
    }

    public bool TryInt(out int number)
    {
        number = 0;
        return Kind == JsonValueKind.Number && element.TryGetInt32(out number);
    }

    public bool TryLong(out long number)
    {
        number = 0;
        return Kind == JsonValueKind.Number && element.TryGetInt64(out number);
    }

    public bool TryDouble(out double number)
    {
        number = 0;
        return Kind == JsonValueKind.Number && element.TryGetDouble(out number);
    }

    public bool TrySingle(out float number)
    {
        number = 0;
        return Kind == JsonValueKind.Number && element.TryGetSingle(out number);
    }

    public InputException Wrong(string expected, string? next = null) => new(path, place, Shown(element), expected, next ?? JsonFile.OtherKind);

    /// <summary>Raw text only of scalars: an object could be long.</summary>
    public static string Shown(JsonElement element) =>
        element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"a JSON {element.ValueKind}" : PythonNumbers.Shown(element.GetRawText());
}
