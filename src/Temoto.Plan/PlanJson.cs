using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Temoto.Plans;

/// <summary>Plans and boards as JSON: names in snake case, nothing unknown, nothing missing, nothing twice.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    PropertyNameCaseInsensitive = false,
    WriteIndented = true,
    NewLine = "\n",
    Converters =
    [
        typeof(ItemsConverter<Step>), typeof(ItemsConverter<Operand>), typeof(ItemsConverter<Part>), typeof(ItemsConverter<Axis>), typeof(ItemsConverter<LoopNode>),
        typeof(ItemsConverter<Epilogue>), typeof(ItemsConverter<Dimension>), typeof(ItemsConverter<Section>), typeof(ItemsConverter<PlanMemory>),
        typeof(ItemsConverter<RotaryTable>), typeof(ItemsConverter<long>), typeof(ItemsConverter<float>), typeof(ItemsConverter<double>), typeof(ItemsConverter<string>),
        typeof(ItemsConverter<BoardMemory>), typeof(ItemsConverter<BoardUnit>), typeof(ItemsConverter<NumberType>), typeof(ItemsConverter<Format>), typeof(ItemsConverter<BoardDevice>), typeof(ItemsConverter<BoardLink>),
    ])]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(Board))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    public static string Write(Plan plan) => JsonSerializer.Serialize(plan, Default.Plan);

    public static string Write(Board board) => JsonSerializer.Serialize(board, Default.Board) + "\n";

    public static Plan ReadPlan(string json)
    {
        var plan = Read(json, Default.Plan);
        return plan.Version == Plans.Plan.CurrentVersion ? plan : throw new FormatException($"version: found {plan.Version}, expected {Plans.Plan.CurrentVersion}");
    }

    public static Board ReadBoard(string json) => Read(json, Default.Board);

    /// <exception cref="FormatException">Not of this form; the message says where and why.</exception>
    public static T Read<T>(string json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException("found null, expected an object");
        }
        catch (JsonException error)
        {
            throw new FormatException(PlaceAndReason(error).TrimStart('.'), error);
        }
    }

    /// <summary>".units[0].work: what is wrong": the path of an error, which inside a list begins anew with each item.</summary>
    public static string PlaceAndReason(JsonException error)
    {
        var path = error.Path is { Length: > 1 } known ? known[1..] : "";
        // The serializer ends its lines with a path and a line number that inside a list count from the item.
        var end = error.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        var reason = end < 0 ? error.Message : error.Message[..end];
        return reason.StartsWith('[') ? path + reason : path.Length == 0 ? error.Message : $"{path}: {reason}";
    }
}

/// <summary>Reads and writes <see cref="Items{T}"/> as arrays. Null is no item.</summary>
internal sealed class ItemsConverter<T> : JsonConverter<Items<T>>
{
    public override Items<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("found no list, expected one");
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Item(ref reader, type, items.Count));
        return Items.Of<T>([.. items]);
    }

    private static T Item(ref Utf8JsonReader reader, JsonTypeInfo<T> type, int index)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("found null, expected an item");
        }
        catch (JsonException error)
        {
            // Without a path of its own: whoever holds the list adds where it stands.
            var inside = PlanJson.PlaceAndReason(error);
            throw new JsonException(inside is ['.' or '[', ..] ? $"[{index}]{inside}" : $"[{index}]: {inside}", error);
        }
    }

    public override void Write(Utf8JsonWriter writer, Items<T> value, JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var item in value)
            JsonSerializer.Serialize(writer, item, type);
        writer.WriteEndArray();
    }
}
