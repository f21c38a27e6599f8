using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Temoto.Formats.Json;

namespace Temoto.Server.Http;

/// <summary>Typed access to a JSON object that a client sent. Null and a missing key mean the same; keys that nobody asks for are ignored.</summary>
/// <param name="place">Where the object lies in the request; "" where it is the request.</param>
internal readonly struct RequestFields(JsonElement element, string place = "")
{
    private const int MostStops = 16;

    public static RequestFields Of(JsonElement element, string place = "") => element.ValueKind == JsonValueKind.Object
        ? new RequestFields(element, place)
        : throw RequestException.Bad(place.Length == 0 ? "body" : place, Shown(element), "a JSON object", "see docs/server.md");

    /// <summary>The value, unless it is missing or null.</summary>
    public JsonElement? Any(string name) => element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Any(name) is { } value ? TextOf(value, PlaceOf(name)) : null;

    public string RequiredText(string name) => Text(name) ?? throw Wrong(name, "a string");

    public bool? Flag(string name) => Any(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A whole number; 12.0 is one.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (Any(name) is not { } value)
            return null;
        var expected = $"a whole number from {least} to {most}";
        if (value.ValueKind != JsonValueKind.Number)
            throw Wrong(name, expected);
        if (!value.TryGetInt64(out var number))
        {
            if (!value.TryGetDouble(out var real) || Math.Floor(real) != real || Math.Abs(real) > 1L << 53)
                throw Wrong(name, expected);
            number = (long)real;
        }
        return number >= least && number <= most ? number : throw Wrong(name, expected);
    }

    public int? Count(string name, int least, int most) => (int?)Whole(name, least, most);

    public float? Number(string name, double least, double most)
    {
        if (Any(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? (float)number
            : throw Wrong(name, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    public RequestFields? Object(string name) => Any(name) is { } value ? Of(value, PlaceOf(name)) : null;

    /// <summary>The objects of an array; null where there is none.</summary>
    public IReadOnlyList<RequestFields>? Objects(string name) => Items(name)?.Select((item, i) => Of(item.Value, item.Place)).ToList();

    /// <summary>The values of an array, with their places; null where there is none.</summary>
    public IReadOnlyList<(JsonElement Value, string Place)>? Items(string name)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "an array");
        var at = PlaceOf(name);
        return [.. value.EnumerateArray().Select((item, i) => (item, $"{at}[{i}]"))];
    }

    /// <summary>A value to be kept beyond the request's document; null where it is missing or null.</summary>
    public JsonElement? Kept(string name) => Any(name) is { } value ? Kept(value) : null;

    /// <summary>All members, to be kept beyond the request's document.</summary>
    public IReadOnlyDictionary<string, JsonElement> Members()
    {
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = Kept(member.Value);
        return members;
    }

    /// <summary>A string, or an array of strings.</summary>
    public IReadOnlyList<string> Texts(string name, int most)
    {
        var texts = Any(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } value => [TextOf(value, PlaceOf(name))],
            { ValueKind: JsonValueKind.Array } => Items(name)!.Select(item => TextOf(item.Value, item.Place)).ToList(),
            _ => throw Wrong(name, "a string, or an array of strings"),
        };
        return texts.Count <= most ? texts : throw Wrong(name, $"at most {most} strings");
    }

    /// <summary>Texts to end before: at most sixteen, none of them empty.</summary>
    public IReadOnlyList<string> Stops(string name)
    {
        var stops = Texts(name, MostStops);
        return stops.All(stop => stop.Length > 0) ? stops : throw Wrong(name, "texts of at least one character");
    }

    public RequestException Wrong(string name, string expected) =>
        RequestException.Bad(PlaceOf(name), Any(name) is { } value ? Shown(value) : "nothing", expected, "mend the request");

    public string PlaceOf(string name) => place.Length == 0 ? name : $"{place}.{name}";

    public static string TextOf(JsonElement value, string place) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw RequestException.Bad(place, Shown(value), "a string", "mend the request");

    /// <summary>Whoever reads or writes it later may rely on its being Unicode.</summary>
    /// <exception cref="InvalidOperationException">It is not, as the JSON library would find then.</exception>
    private static JsonElement Kept(JsonElement value)
    {
        var text = JsonMarshal.GetRawUtf8Value(value);
        return Utf8.IsValid(text) && JsonText.FindHalfPair(text) < 0 ? value.Clone() : throw new InvalidOperationException("a string that is no Unicode text");
    }

    /// <summary>The kind only: what a client wrote is not repeated to others who may read the line.</summary>
    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.GetRawText() is { Length: <= 32 } number ? number : "a long number",
        JsonValueKind.Null => "null",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "nothing",
    };
}
