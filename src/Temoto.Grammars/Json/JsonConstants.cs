using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Temoto.Grammars.Json;

/// <summary>Values that stand in a schema.</summary>
internal static class JsonConstants
{
    /// <summary>The values of an enum, or of a const.</summary>
    public static IReadOnlyList<JsonElement> Of(SchemaNode node, string key, JsonElement given)
    {
        if (key == "const")
            return [given];
        return given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray()] : throw node.Wrong(key, SchemaDocument.Shown(given), "an array of values");
    }

    public static ValueKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => ValueKinds.Null,
        JsonValueKind.True => ValueKinds.True,
        JsonValueKind.False => ValueKinds.False,
        JsonValueKind.Number => ValueKinds.Number,
        JsonValueKind.String => ValueKinds.Text,
        JsonValueKind.Array => ValueKinds.Array,
        _ => ValueKinds.Object,
    };

    /// <summary>The schema of an array's or object's parts, which only this value is of.</summary>
    public static SchemaNode SchemaOf(JsonElement value, SchemaDocument document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (value.ValueKind == JsonValueKind.Array)
                WriteItems(json, value);
            else
                WriteMembers(json, value);
            json.WriteEndObject();
        }
        return document.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteItems(Utf8JsonWriter json, JsonElement value)
    {
        json.WriteString("type", "array");
        json.WriteStartArray("prefixItems");
        foreach (var item in value.EnumerateArray())
            WriteConstant(json, item);
        json.WriteEndArray();
        json.WriteBoolean("items", false);
        json.WriteNumber("minItems", value.GetArrayLength());
    }

    private static void WriteMembers(Utf8JsonWriter json, JsonElement value)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var member in value.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            WriteConstant(json, member.Value);
        }
        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (var member in value.EnumerateObject())
            json.WriteStringValue(member.Name);
        json.WriteEndArray();
        json.WriteBoolean("additionalProperties", false);
    }

    private static void WriteConstant(Utf8JsonWriter json, JsonElement value)
    {
        json.WriteStartObject();
        json.WritePropertyName("const");
        value.WriteTo(json);
        json.WriteEndObject();
    }
}
