using System.Text;
using System.Text.Json;

namespace Temoto.Generation.Tools;

/// <summary>Reads calls as Qwen3-Coder and Qwen3.5 write them: <c>&lt;function=f&gt;&lt;parameter=a&gt;value&lt;/parameter&gt;&lt;/function&gt;</c>. What a value is stands in the tool's schema.</summary>
internal static class TaggedParameters
{
    public const string Function = "<function=", EndFunction = "</function>", Parameter = "<parameter=", EndParameter = "</parameter>";

    /// <summary>Null where the text is anything but a call.</summary>
    public static IReadOnlyList<ReadCall>? Read(string text, IReadOnlyList<ToolDefinition> tools)
    {
        text = text.Trim();
        if (!text.StartsWith(Function, StringComparison.Ordinal) || text.IndexOf('>', StringComparison.Ordinal) is not (> 0 and var head))
            return null;
        var name = text[Function.Length..head].Trim();
        var body = text[(head + 1)..].Trim();
        if (body.EndsWith(EndFunction, StringComparison.Ordinal))
            body = body[..^EndFunction.Length].TrimEnd();
        if (!ToolDefinition.IsName(name))
            return null;
        var types = Types(tools.FirstOrDefault(tool => tool.Name == name)?.Parameters);
        var json = new StringBuilder("{");
        while (body.Length > 0)
        {
            var close = body.IndexOf('>', StringComparison.Ordinal);
            if (!body.StartsWith(Parameter, StringComparison.Ordinal) || close < 0)
                return null;
            var end = End(body, close);
            var key = body[Parameter.Length..close].Trim();
            if (json.Length > 1)
                json.Append(", ");
            JsonWords.Write(json, key);
            json.Append(": ");
            WriteValue(json, Unframed(body[(close + 1)..end]), types.GetValueOrDefault(key));
            body = body[end..];
            if (body.StartsWith(EndParameter, StringComparison.Ordinal))
                body = body[EndParameter.Length..];
            body = body.TrimStart();
        }
        return [new ReadCall(name, json.Append('}').ToString())];
    }

    /// <summary>Some leave the end of a value out; the next one's beginning is it then.</summary>
    private static int End(string body, int from)
    {
        var end = body.IndexOf(EndParameter, from, StringComparison.Ordinal);
        if (end >= 0)
            return end;
        end = body.IndexOf(Parameter, from, StringComparison.Ordinal);
        return end >= 0 ? end : body.Length;
    }

    /// <summary>Values stand between line breaks of their own.</summary>
    private static string Unframed(string value)
    {
        if (value.StartsWith('\n'))
            value = value[1..];
        return value.EndsWith('\n') ? value[..^1] : value;
    }

    private static void WriteValue(StringBuilder json, string value, string? type)
    {
        var word = value.Trim();
        if (type != "string" && JsonWords.IsJson(word))
            json.Append(word);
        else if (type is "boolean" && word is "True" or "False")
            json.Append(word.ToLowerInvariant());
        else
            JsonWords.Write(json, value);
    }

    private static Dictionary<string, string> Types(string? schema)
    {
        var types = new Dictionary<string, string>();
        if (schema is null)
            return types;
        using var document = JsonDocument.Parse(schema);
        if (!document.RootElement.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return types;
        foreach (var property in properties.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
                types[property.Name] = type.GetString()!;
        }
        return types;
    }
}
