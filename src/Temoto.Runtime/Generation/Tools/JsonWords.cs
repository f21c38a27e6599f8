using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Temoto.Generation.Tools;

/// <summary>Strings and numbers of JSON, for what is put together from other notations.</summary>
internal static class JsonWords
{
    public static void Write(StringBuilder json, string text) =>
        json.Append('"').Append(JsonEncodedText.Encode(WellFormed(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append('"');

    public static bool IsNumber(string text) => IsJson(text, JsonValueKind.Number);

    public static bool IsJson(string text, params ReadOnlySpan<JsonValueKind> kinds)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return kinds.IsEmpty || kinds.Contains(document.RootElement.ValueKind);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Half a surrogate pair becomes U+FFFD.</summary>
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
