using System.Text.Json;
using Temoto.Formats.Json;

namespace Temoto.Cli.Mcp;

/// <summary>The arguments of one call, read strictly: what is of another kind, or has a name that the tool does not know, is a fault that names it.</summary>
internal sealed class ToolArguments
{
    private readonly string tool;
    private readonly IDictionary<string, JsonElement> arguments;

    /// <exception cref="InputException">An argument that the schema does not name.</exception>
    public ToolArguments(string tool, IDictionary<string, JsonElement> arguments, JsonElement schema)
    {
        (this.tool, this.arguments) = (tool, arguments);
        var known = schema.GetProperty("properties").EnumerateObject().Select(member => member.Name).ToList();
        foreach (var name in arguments.Keys)
        {
            if (!known.Contains(name))
                throw new InputException(tool, name, "an argument of this name", string.Join(", ", known), "leave it out");
        }
    }

    public string? Text(string name) => Of(name, JsonValueKind.String, "a text")?.GetString();

    public string RequiredText(string name) => Text(name) ?? throw Missing(name, "a text");

    public int? Whole(string name, int least, int most)
    {
        var expected = $"a whole number from {least} to {most}";
        if (Of(name, JsonValueKind.Number, expected) is not { } value)
            return null;
        return value.TryGetInt32(out var number) && number >= least && number <= most ? number : throw Wrong(name, value, expected);
    }

    public float? Number(string name) => Of(name, JsonValueKind.Number, "a number")?.GetSingle();

    public JsonElement? Object(string name) => Of(name, JsonValueKind.Object, "an object");

    /// <summary>Texts of two members of each element of an array.</summary>
    public IReadOnlyList<(string First, string Second)> Pairs(string name, string first, string second)
    {
        var expected = $"an array of {{\"{first}\": .., \"{second}\": ..}}";
        var array = Of(name, JsonValueKind.Array, expected) ?? throw Missing(name, expected);
        return [.. array.EnumerateArray().Select(element => (Member(element, first), Member(element, second)))];

        string Member(JsonElement element, string member) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, element, expected);
    }

    /// <summary>Null where it is missing, or null.</summary>
    private JsonElement? Of(string name, JsonValueKind kind, string expected)
    {
        if (!arguments.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == kind ? value : throw Wrong(name, value, expected);
    }

    private InputException Missing(string name, string expected) => new(tool, name, "nothing", expected, "give it");

    private InputException Wrong(string name, JsonElement found, string expected) => new(tool, name, JsonValue.Shown(found), expected, "mend the call");
}
