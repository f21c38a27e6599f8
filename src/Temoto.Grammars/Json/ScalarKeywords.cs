using System.Text.Json;
using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Json;

/// <summary>The keywords that say something of a string or a number alone, as languages; and those of kinds and values.</summary>
internal sealed class ScalarKeywords(GoalTable goals)
{
    private readonly LanguageTable table = goals.Table;
    private readonly Dictionary<string, Language> patterns = [];
    private readonly Dictionary<string, Language?> formats = [];

    /// <summary>The strings that a keyword allows; null where it is none of those.</summary>
    public Language? TextOf(SchemaNode node, string key, JsonElement value) => key switch
    {
        "minLength" => table.Repeat(table.Points(PointSet.All), Count(node, key, value), Language.NoEnd),
        "maxLength" => table.Repeat(table.Points(PointSet.All), 0, Count(node, key, value)),
        "pattern" => PatternOf(node, key, Text(node, key, value)),
        "format" => value.ValueKind == JsonValueKind.String ? FormatOf(node, value.GetString()!) : null,
        _ => null,
    };

    /// <summary>Unknown formats say nothing. Which texts are expressions no automaton decides.</summary>
    private Language? FormatOf(SchemaNode node, string format)
    {
        if (format == "regex")
            throw node.Refused("format", "regex");
        if (!formats.TryGetValue(format, out var texts))
            formats.Add(format, texts = StringFormats.Of(format, table));
        return texts;
    }

    /// <summary>The strings that an expression is found in.</summary>
    public Language PatternOf(SchemaNode node, string key, string pattern)
    {
        if (patterns.TryGetValue(pattern, out var known))
            return known;
        try
        {
            return patterns[pattern] = EcmaPattern.Containing(pattern, table);
        }
        catch (GrammarException error)
        {
            throw new GrammarException($"schema #{node.Pointer}/{key}", error.Found, error.Expected, error.Next);
        }
    }

    /// <summary>The numbers that a keyword allows; null where it is none of those.</summary>
    public Language? NumberOf(SchemaNode node, string key, JsonElement value) => key switch
    {
        "minimum" => DecimalLanguages.AtLeast(Number(node, key, value), IsExclusive(node, "exclusiveMinimum"), table),
        "maximum" => DecimalLanguages.AtMost(Number(node, key, value), IsExclusive(node, "exclusiveMaximum"), table),
        "exclusiveMinimum" => IsFlag(value) ? null : DecimalLanguages.AtLeast(Number(node, key, value), true, table),
        "exclusiveMaximum" => IsFlag(value) ? null : DecimalLanguages.AtMost(Number(node, key, value), true, table),
        "multipleOf" or "divisibleBy" => DecimalLanguages.MultipleOf(Positive(node, key, value), table),
        _ => null,
    };

    public Language Numbers => DecimalLanguages.Plain(table);

    public Language WholeNumbers => DecimalLanguages.Integers(table, pointZero: !goals.Document.WholeNumbersHaveNoPoint);

    /// <summary>Whole numbers as they are written.</summary>
    public Language WrittenWholeNumbers => DecimalLanguages.Integers(table, goals.Style == JsonStyle.Free && !goals.Document.WholeNumbersHaveNoPoint);

    /// <summary>The kinds that a type names, and whether numbers are to be whole.</summary>
    public static (ValueKinds Kinds, bool Whole) KindsOf(SchemaNode node, JsonElement type)
    {
        var (kinds, whole, anyNumber) = (ValueKinds.None, false, false);
        foreach (var name in type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : Enumerable.Repeat(type, 1))
        {
            var text = name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            whole |= text == "integer";
            // "any" is draft 3's.
            anyNumber |= text is "number" or "any";
            kinds |= text switch
            {
                "null" => ValueKinds.Null,
                "boolean" => ValueKinds.Boolean,
                "number" or "integer" => ValueKinds.Number,
                "string" => ValueKinds.Text,
                "array" => ValueKinds.Array,
                "object" => ValueKinds.Object,
                "any" => ValueKinds.All,
                _ => throw node.Wrong("type", SchemaDocument.Shown(name), "null, boolean, number, integer, string, array or object"),
            };
        }
        return (kinds, whole && !anyNumber);
    }

    public static int Count(SchemaNode node, string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var count) && count >= 0 && Math.Floor(count) == count)
            return (int)Math.Min(count, Language.NoEnd);
        throw node.Wrong(key, SchemaDocument.Shown(value), "a whole number of at least 0");
    }

    public static IReadOnlyList<string> Names(SchemaNode node, string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw node.Wrong(key, SchemaDocument.Shown(value), "an array of names");
        return [.. value.EnumerateArray().Select(name => Text(node, key, name))];
    }

    private static string Text(SchemaNode node, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw node.Wrong(key, SchemaDocument.Shown(value), "a string");

    private static string Number(SchemaNode node, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetRawText() : throw node.Wrong(key, SchemaDocument.Shown(value), "a number");

    private static string Positive(SchemaNode node, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0 ? value.GetRawText() : throw node.Wrong(key, SchemaDocument.Shown(value), "a number above 0");

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    /// <summary>Draft 4 says it with a flag.</summary>
    private static bool IsExclusive(SchemaNode node, string key) => node.Member(key) is { ValueKind: JsonValueKind.True };
}
