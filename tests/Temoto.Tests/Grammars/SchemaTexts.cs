using System.Text;
using System.Text.Json;

namespace Temoto.Tests.Grammars;

/// <summary>Values as the tests of schemas write them.</summary>
internal static class SchemaTexts
{
    /// <summary>JSON with <paramref name="comma"/> and <paramref name="colon"/> as Python's json.dumps writes it with these separators and ensure_ascii=False.</summary>
    public static string Written(JsonElement value, string comma = ", ", string colon = ": ")
    {
        var text = new StringBuilder();
        Write(text, value, comma, colon);
        return text.ToString();
    }

    /// <summary>The value with the members of its objects in other orders, at most so many; the first is as it is.</summary>
    public static IEnumerable<string> Orders(JsonElement value, int most) => OrdersOf(value).Take(most);

    public static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }
        text.Append('"');
    }

    private static IEnumerable<string> OrdersOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var order in Permutations([.. value.EnumerateObject()]))
            {
                foreach (var members in Products([.. order.Select(member => OrdersOf(member.Value))]))
                    yield return "{" + string.Join(",", order.Zip(members, (member, text) => Quoted(member.Name) + ":" + text)) + "}";
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var items in Products([.. value.EnumerateArray().Select(OrdersOf)]))
                yield return "[" + string.Join(",", items) + "]";
        }
        else
        {
            yield return Written(value);
        }
    }

    private static string Quoted(string name)
    {
        var text = new StringBuilder();
        Quote(text, name);
        return text.ToString();
    }

    private static IEnumerable<IReadOnlyList<JsonProperty>> Permutations(IReadOnlyList<JsonProperty> members)
    {
        if (members.Count == 0)
            yield return [];
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var rest in Permutations([.. members.Take(i), .. members.Skip(i + 1)]))
                yield return [members[i], .. rest];
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Products(IReadOnlyList<IEnumerable<string>> choices)
    {
        if (choices.Count == 0)
        {
            yield return [];
            yield break;
        }
        foreach (var first in choices[0])
        {
            foreach (var rest in Products([.. choices.Skip(1)]))
                yield return [first, .. rest];
        }
    }

    private static void Write(StringBuilder text, JsonElement value, string comma, string colon)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var isFirst = true;
                foreach (var member in value.EnumerateObject())
                {
                    text.Append(isFirst ? "" : comma);
                    Quote(text, member.Name);
                    text.Append(colon);
                    Write(text, member.Value, comma, colon);
                    isFirst = false;
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var isOpening = true;
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(isOpening ? "" : comma);
                    Write(text, item, comma, colon);
                    isOpening = false;
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                Quote(text, value.GetString()!);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
