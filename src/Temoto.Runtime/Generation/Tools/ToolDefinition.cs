using System.Text.Json;
using System.Text.RegularExpressions;

namespace Temoto;

/// <summary>A tool that a model may ask to be called.</summary>
/// <param name="Name">Letters, digits and _ . : / -, up to 128 of them.</param>
/// <param name="Description">What it does and when to use it, for the model.</param>
/// <param name="Parameters">A JSON schema of its arguments, an object; null for none.</param>
public sealed partial record ToolDefinition(string Name, string? Description = null, string? Parameters = null)
{
    internal const string NoParameters = """{"type": "object", "properties": {}}""";

    /// <summary>As OpenAI's requests, and so most chat templates, have it.</summary>
    internal string Json => $$"""{"type": "function", "function": {{FunctionJson}}}""";

    /// <summary>Name, description and parameters alone.</summary>
    internal string FunctionJson
    {
        get
        {
            var description = Description is null ? "" : $"\"description\": {Quoted(Description)}, ";
            return $$"""{"name": {{Quoted(Name)}}, {{description}}"parameters": {{Parameters ?? NoParameters}}}""";
        }
    }

    internal static bool IsName(string text) => NamePattern().IsMatch(text);

    /// <exception cref="ArgumentException">A member cannot be used.</exception>
    internal void Check(int index)
    {
        if (Name is null || !IsName(Name))
            throw new OptionException($"ChatOptions.Tools[{index}].Name", Name, Name is null ? "null" : $"'{Name}'", "1 to 128 letters, digits and _ . : / -", "mend it");
        if (Parameters is not null && !IsObject(Parameters))
            throw new OptionException($"ChatOptions.Tools[{index}].Parameters", Parameters, "no JSON object", "a JSON schema", "mend it, or leave it null for a tool without arguments");
    }

    internal static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            // Half a surrogate pair, which escapes can be, shows when it is written.
            using var writer = new Utf8JsonWriter(Stream.Null);
            if (json.Contains("\\u", StringComparison.Ordinal))
                document.RootElement.WriteTo(writer);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    [GeneratedRegex("^[A-Za-z0-9_.:/-]{1,128}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
