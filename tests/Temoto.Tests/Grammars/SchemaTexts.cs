using System.Text.Json;
using Temoto.Jinja;

namespace Temoto.Tests.Grammars;

/// <summary>Values as the tests of schemas write them.</summary>
internal static class SchemaTexts
{
    /// <summary>JSON with <paramref name="comma"/> and <paramref name="colon"/> as Python's json.dumps writes it with these separators and ensure_ascii=False.</summary>
    public static string Written(JsonElement value, string comma = ", ", string colon = ": ") => Written(JinjaValue.From(value), comma, colon);

    /// <summary>The value with the members of its objects in other orders, at most so many; the first is as it is.</summary>
    public static IEnumerable<string> Orders(JsonElement value, int most) => OrdersOf(value).Take(most);

    private static IEnumerable<string> OrdersOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var order in Permutations([.. value.EnumerateObject()]))
            {
                foreach (var members in Products([.. order.Select(member => OrdersOf(member.Value))]))
                    yield return "{" + string.Join(",", order.Zip(members, (member, text) => Written(new JinjaString(member.Name), ",", ":") + ":" + text)) + "}";
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

    private static string Written(JinjaValue value, string comma, string colon) =>
        PythonJson.Write(value, asciiOnly: false, indent: null, (comma, colon), sortKeys: false, JinjaBudget.ForInput(value.Weight));

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
}
