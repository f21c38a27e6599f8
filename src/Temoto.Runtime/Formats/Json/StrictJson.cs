using System.Text;
using System.Text.Json;
using Temoto.Formats.Files;

namespace Temoto.Formats.Json;

/// <summary>Reads members of an untrusted JSON document; a member of the wrong type is bad input that names file and key.</summary>
internal static class StrictJson
{
    /// <summary>Deeper nesting than any published tokenizer or configuration file has.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string sourceName, string? key)
    {
        JsonText.Check(utf8.Span, sourceName, key);
        try
        {
            return JsonDocument.Parse(utf8, Options);
        }
        catch (JsonException error)
        {
            throw Malformed(sourceName, key, error);
        }
    }

    /// <summary>Reads a whole file, without its byte order mark.</summary>
    public static ReadOnlyMemory<byte> ReadFile(string path, string expected, long maxBytes)
    {
        var bytes = SmallFile.Read(path, expected, maxBytes);
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(Encoding.UTF8.Preamble.Length) : bytes;
    }

    /// <summary>Null where the member is absent or null.</summary>
    public static JsonElement? Member(JsonElement parent, string name, string sourceName, string where)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            throw Wrong(sourceName, where, parent, "an object");
        return parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public static bool Flag(JsonElement parent, string name, bool absent, string sourceName, string where) =>
        Member(parent, name, sourceName, where) is not { } value ? absent
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(sourceName, $"{where}.{name}", value, "true or false");

    public static string? Text(JsonElement parent, string name, string sourceName, string where) =>
        Member(parent, name, sourceName, where) is { } value ? Text(value, sourceName, $"{where}.{name}") : null;

    public static string RequiredText(JsonElement parent, string name, string sourceName, string where) =>
        Text(parent, name, sourceName, where) ?? throw Missing(sourceName, $"{where}.{name}", "a string");

    public static string Text(JsonElement value, string sourceName, string where)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(sourceName, where, value, "a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // Bytes that are not UTF-8.
            throw new InputException(sourceName, where, error.Message, "a string of Unicode characters", "the file is damaged; fetch it again");
        }
    }

    public static JsonElement.ArrayEnumerator Items(JsonElement value, string sourceName, string where) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(sourceName, where, value, "an array");

    public static JsonElement.ObjectEnumerator Members(JsonElement value, string sourceName, string where) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Wrong(sourceName, where, value, "an object");

    /// <summary>A member's name; throws bad input where it holds broken UTF-8.</summary>
    public static string Name(JsonProperty property, string sourceName, string where)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new InputException(sourceName, where, error.Message, "a key of Unicode characters", "the file is damaged; fetch it again");
        }
    }

    public static InputException Wrong(string sourceName, string where, JsonElement found, string expected) =>
        new(sourceName, where, Kind(found.ValueKind), expected, "the file is damaged or of another kind");

    public static InputException Missing(string sourceName, string where, string expected) =>
        new(sourceName, where, "nothing", expected, "the file is damaged or of another kind");

    public static InputException Malformed(string sourceName, string? key, JsonException error) =>
        new(sourceName, key, error.Message, "a JSON document without duplicate keys", "the file is damaged; fetch it again");

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "another number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
