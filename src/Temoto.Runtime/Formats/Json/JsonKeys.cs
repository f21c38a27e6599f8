using System.Runtime.InteropServices;
using System.Text.Json;

namespace Temoto.Formats.Json;

/// <summary>
/// Whether an object has a key twice. <see cref="JsonDocumentOptions.AllowDuplicateProperties"/> asks the same, but from seventeen keys on
/// it brings in the system's library of ciphers, for a seed: some 5 MiB of a run that needs none.
/// </summary>
internal static class JsonKeys
{
    private const int MostCompared = 16;

    /// <summary>Refuses a key that stands twice in one object, at any level.</summary>
    /// <exception cref="JsonException">One does; the message names it.</exception>
    public static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                if (element.GetPropertyCount() > MostCompared)
                    CheckMany(element);
                else
                    CheckFew(element);
                foreach (var property in element.EnumerateObject())
                    Check(property.Value);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Check(item);
                break;
        }
    }

    /// <summary>Each with those before it; nothing is allocated for names without escapes.</summary>
    private static void CheckFew(JsonElement element)
    {
        var count = 0;
        foreach (var property in element.EnumerateObject())
        {
            var before = count++;
            foreach (var earlier in element.EnumerateObject())
            {
                if (before-- == 0)
                    break;
                if (AreSame(property, earlier))
                    throw Twice(property);
            }
        }
    }

    private static void CheckMany(JsonElement element)
    {
        var names = new HashSet<string>(element.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Twice(property);
        }
    }

    private static bool AreSame(JsonProperty property, JsonProperty other)
    {
        var name = JsonMarshal.GetRawUtf8PropertyName(property);
        var otherName = JsonMarshal.GetRawUtf8PropertyName(other);
        return name.Contains((byte)'\\') || otherName.Contains((byte)'\\') ? property.NameEquals(other.Name) : name.SequenceEqual(otherName);
    }

    private static JsonException Twice(JsonProperty property) => new($"Duplicate key '{property.Name}'");
}
