using System.Text.Json;
using Temoto.Formats.Files;
using Temoto.Formats.Json;

namespace Temoto.Cli;

/// <summary>A file of tools: an array of <c>{"type": "function", "function": {name, description, parameters}}</c>, as OpenAI's requests have it.</summary>
internal static class ToolFile
{
    private const string Expected = "an array of {\"type\": \"function\", \"function\": {name, description, parameters}}";

    public static IReadOnlyList<ToolDefinition> Read(string path)
    {
        try
        {
            using var document = JsonFile.ParseText(JsonFile.ReadText(path, "a file of tools", SmallFile.MaxTextBytes));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Array)
                throw new InputException(path, null, JsonValue.Shown(root), Expected, "mend the file");
            return [.. root.EnumerateArray().Select((tool, i) => Tool(path, $"[{i}]", tool))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair in a string.
            throw new InputException(path, null, error.Message.ReplaceLineEndings(" ").TrimEnd('.'), Expected, "mend the file");
        }
    }

    private static ToolDefinition Tool(string path, string place, JsonElement tool)
    {
        var type = Member(path, place, tool, "type", JsonValueKind.String, "\"function\"");
        if (type?.GetString() is not (null or "function"))
            throw new InputException(path, $"{place}.type", JsonValue.Shown(type.Value), "\"function\"", "leave other tools out");
        // Some write the function without the object around it.
        var inner = Member(path, place, tool, "function", JsonValueKind.Object, "an object with name and parameters");
        var (function, at) = inner is { } nested ? (nested, $"{place}.function") : (tool, place);
        var name = Member(path, at, function, "name", JsonValueKind.String, "a name")?.GetString();
        if (name is null || !ToolDefinition.IsName(name))
            throw new InputException(path, $"{at}.name", name is null ? "nothing" : $"'{name}'", "1 to 128 letters, digits and _ . : / -", "mend the file");
        return new ToolDefinition(
            name,
            Member(path, at, function, "description", JsonValueKind.String, "a text")?.GetString(),
            Member(path, at, function, "parameters", JsonValueKind.Object, "a JSON schema")?.GetRawText());
    }

    /// <summary>Null where it is missing, or null.</summary>
    private static JsonElement? Member(string path, string place, JsonElement element, string key, JsonValueKind kind, string expected)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InputException(path, place, JsonValue.Shown(element), "an object", "mend the file");
        if (!element.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == kind ? value : throw new InputException(path, $"{place}.{key}", JsonValue.Shown(value), expected, "mend the file");
    }
}
