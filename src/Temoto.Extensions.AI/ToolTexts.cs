using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Temoto.Extensions.AI;

/// <summary>Arguments and results of calls, which programs have as objects, as the text that a model reads, and back.</summary>
internal static class ToolTexts
{
    /// <summary>One line, characters as they are.</summary>
    public static readonly JsonSerializerOptions Written = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="ArgumentException">A value that cannot be written as JSON.</exception>
    public static JsonElement ToJson(object value)
    {
        try
        {
            return value is JsonElement json ? json : JsonSerializer.SerializeToElement(value, Written.GetTypeInfo(value.GetType()));
        }
        catch (Exception error) when (error is NotSupportedException or JsonException)
        {
            throw new ArgumentException($"a {value.GetType().Name} cannot be written as JSON: {error.Message}", error);
        }
    }

    /// <summary>A JSON object.</summary>
    public static string Arguments(FunctionCallContent call)
    {
        var members = (call.Arguments ?? new Dictionary<string, object?>()).Select(argument =>
            $"{Quoted(argument.Key)}: {(argument.Value is null ? "null" : Text(ToJson(argument.Value)))}");
        return $"{{{string.Join(", ", members)}}}";
    }

    /// <summary>Arguments by name.</summary>
    public static Dictionary<string, object?> Read(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        var read = new Dictionary<string, object?>();
        foreach (var member in document.RootElement.EnumerateObject())
            read[member.Name] = member.Value.Clone();
        return read;
    }

    /// <summary>What came of a call: a text as it is, all else as JSON.</summary>
    /// <exception cref="NotSupportedException">A result with a picture, or whatever else is no text.</exception>
    public static string Result(FunctionResultContent result) => result.Result switch
    {
        null => result.Exception is { } error ? $"Error: {error.Message}" : "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        AIContent content => MessageContents.Text(content),
        IEnumerable<AIContent> contents => string.Concat(contents.Select(MessageContents.Text)),
        var value => Text(ToJson(value)),
    };

    private static string Text(JsonElement value) => JsonSerializer.Serialize(value, Written.GetTypeInfo(typeof(JsonElement)));

    private static string Quoted(string text) => Text(ToJson(text));
}
