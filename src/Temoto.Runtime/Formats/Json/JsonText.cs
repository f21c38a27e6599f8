using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Temoto.Formats.Json;

/// <summary>
/// An escape can write half a surrogate pair ("\ud800"), which no text can hold. The JSON library finds out only when it turns a name or a string into text,
/// and then throws what nobody expects, even where it only compares a name. So it is looked for once, before anything is parsed.
/// </summary>
internal static class JsonText
{
    /// <summary>Refuses a text with half a surrogate pair in any name or string.</summary>
    public static void Check(ReadOnlySpan<byte> utf8, string sourceName, string? key)
    {
        if (FindHalfPair(utf8) is not (>= 0 and var at))
            return;
        var found = $"half a surrogate pair at byte {at} ({Encoding.ASCII.GetString(utf8.Slice(at, 6))})";
        throw new InputException(sourceName, NameBefore(utf8, at) ?? key, found, "names and strings of Unicode text", JsonFile.Damaged);
    }

    /// <summary>Where the first escape lies that is half a pair without the other, or -1. Escapes that are none are for the parser to find.</summary>
    public static int FindHalfPair(ReadOnlySpan<byte> utf8)
    {
        for (var at = 0; utf8[at..].IndexOf((byte)'\\') is >= 0 and var offset;)
        {
            at += offset;
            if (Unit(utf8[at..]) is not { } unit)
            {
                at = Math.Min(at + 2, utf8.Length);
                continue;
            }
            if (char.IsLowSurrogate(unit))
                return at;
            if (!char.IsHighSurrogate(unit))
            {
                at += 6;
                continue;
            }
            if (Unit(utf8[(at + 6)..]) is not { } low || !char.IsLowSurrogate(low))
                return at;
            at += 12;
        }
        return -1;
    }

    /// <summary>The last name that begins before a place, for the error line; null where there is none, or that one is at fault itself.</summary>
    private static string? NameBefore(ReadOnlySpan<byte> utf8, int at)
    {
        var reader = new Utf8JsonReader(utf8, JsonFile.ReaderOptions);
        string? name = null;
        try
        {
            while (reader.Read() && reader.TokenStartIndex <= at)
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = reader.BytesConsumed <= at ? reader.GetString() : null;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Malformed as well: the place alone has to do.
        }
        return name;
    }

    /// <summary>The UTF-16 unit that an escape of the form \uXXXX at the front stands for.</summary>
    private static char? Unit(ReadOnlySpan<byte> utf8) =>
        utf8.Length >= 6 && utf8.StartsWith("\\u"u8)
        && ushort.TryParse(utf8.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
