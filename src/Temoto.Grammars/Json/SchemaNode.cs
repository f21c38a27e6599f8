using System.Text.Json;

namespace Temoto.Grammars.Json;

/// <summary>A schema of a document: an object, or true or false.</summary>
/// <param name="number">Counts the schemas that were asked for.</param>
/// <param name="pointer">Where it lies, as a JSON pointer.</param>
/// <param name="resource">The URI that references in it are resolved against.</param>
/// <param name="unknown">Keywords that its draft does not know.</param>
internal sealed class SchemaNode(int number, string pointer, string resource, JsonElement element, IReadOnlySet<string> unknown)
{
    public int Number => number;

    public string Pointer => pointer;

    public string Resource => resource;

    public JsonElement Element => element;

    /// <summary>It takes every value, whatever else it says about none.</summary>
    public bool IsTrue => element.ValueKind == JsonValueKind.True || (element.ValueKind == JsonValueKind.Object && !element.EnumerateObject().MoveNext());

    public bool IsFalse => element.ValueKind == JsonValueKind.False;

    public JsonElement? Member(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && !unknown.Contains(name) ? value : null;

    /// <summary>What it says, keyword by keyword.</summary>
    public IEnumerable<JsonProperty> Members => element.EnumerateObject().Where(member => !unknown.Contains(member.Name));

    public GrammarException Wrong(string? key, string found, string expected, string next = "mend the schema") =>
        new($"schema #{pointer}{(key is null ? "" : $"/{key}")}", found, expected, next);

    /// <summary>A keyword, or a use of one, that cannot be decided while a text is written.</summary>
    public GrammarException Refused(string key, string why) =>
        new($"schema #{pointer}", why.Length == 0 ? key : $"{key} {why}", "keywords that can be decided while the text is written", "leave it out of the schema and check the answer afterwards");
}

/// <summary>That a value is of a schema, or is not.</summary>
internal readonly record struct Claim(SchemaNode Node, bool Holds);
