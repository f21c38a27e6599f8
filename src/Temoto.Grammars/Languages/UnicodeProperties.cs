using System.Collections.Concurrent;
using System.Globalization;

namespace Temoto.Grammars.Languages;

/// <summary>The code points that have a property of Unicode, by the names that ECMA-262 takes (<see href="https://tc39.es/ecma262/#table-unicode-general-category-values">general categories</see> and the tables beside).</summary>
internal static class UnicodeProperties
{
    /// <summary>Short and long names in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[][] Categories =
    [
        ["Lu", "Uppercase_Letter"],
        ["Ll", "Lowercase_Letter"],
        ["Lt", "Titlecase_Letter"],
        ["Lm", "Modifier_Letter"],
        ["Lo", "Other_Letter"],
        ["Mn", "Nonspacing_Mark"],
        ["Mc", "Spacing_Mark"],
        ["Me", "Enclosing_Mark"],
        ["Nd", "Decimal_Number", "digit"],
        ["Nl", "Letter_Number"],
        ["No", "Other_Number"],
        ["Zs", "Space_Separator"],
        ["Zl", "Line_Separator"],
        ["Zp", "Paragraph_Separator"],
        ["Cc", "Control", "cntrl"],
        ["Cf", "Format"],
        ["Cs", "Surrogate"],
        ["Co", "Private_Use"],
        ["Pc", "Connector_Punctuation"],
        ["Pd", "Dash_Punctuation"],
        ["Ps", "Open_Punctuation"],
        ["Pe", "Close_Punctuation"],
        ["Pi", "Initial_Punctuation"],
        ["Pf", "Final_Punctuation"],
        ["Po", "Other_Punctuation"],
        ["Sm", "Math_Symbol"],
        ["Sc", "Currency_Symbol"],
        ["Sk", "Modifier_Symbol"],
        ["So", "Other_Symbol"],
        ["Cn", "Unassigned"],
    ];

    /// <summary>Names of several categories together, which begin with the same letter.</summary>
    private static readonly Dictionary<string, string> Groups = new()
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
    };

    private static readonly Lazy<PointSet[]> OfCategories = new(FindCategories);

    /// <summary>Each is put together once.</summary>
    private static readonly ConcurrentDictionary<string, PointSet?> Known = new();

    /// <summary>The points of a property as it stands between the braces; null if it is not known here.</summary>
    public static PointSet? Of(string name) => Known.Count < 1000 || Known.ContainsKey(name) ? Known.GetOrAdd(name, Find) : Find(name);

    private static PointSet? Find(string name)
    {
        var parts = name.Split('=');
        return parts switch
        {
            [_] => Category(name) ?? Binary(name),
            ["gc" or "General_Category", var value] => Category(value),
            ["sc" or "Script", var value] => UnicodeScripts.Of(value),
            _ => null,
        };
    }

    private static PointSet? Category(string name)
    {
        if (name is "LC" or "Cased_Letter")
            return Category("Lu")!.Or(Category("Ll")!).Or(Category("Lt")!);
        var letter = Groups.GetValueOrDefault(name, name);
        var union = PointSet.None;
        for (var i = 0; i < Categories.Length; i++)
        {
            if (Categories[i].Contains(name) || (letter.Length == 1 && Categories[i][0][0] == letter[0]))
                union = union.Or(OfCategories.Value[i]);
        }
        // No text holds a surrogate: that one is known, and empty.
        return union.IsEmpty && name is not ("Cs" or "Surrogate") ? null : union;
    }

    private static PointSet? Binary(string name) => name switch
    {
        "Any" => PointSet.All,
        "Assigned" => PointSet.All.Except(Category("Cn")!),
        "ASCII" => PointSet.Of((0, 0x7F)),
        "ASCII_Hex_Digit" or "AHex" => PointSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
        "White_Space" or "space" => PointSet.Of(('\t', '\r'), (' ', ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
        "Alphabetic" or "Alpha" => Category("L")!.Or(Category("Nl")!).Or(UnicodeScripts.OtherAlphabetic),
        "Uppercase" or "Upper" => Category("Lu")!.Or(PointSet.Of((0x2160, 0x216F), (0x24B6, 0x24CF), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))),
        "Lowercase" or "Lower" => Category("Ll")!.Or(UnicodeScripts.OtherLowercase),
        _ => null,
    };

    private static PointSet[] FindCategories()
    {
        var ranges = Categories.Select(_ => new List<(int, int)>()).ToArray();
        var first = 0;
        for (var point = 1; point <= PointSet.LastPoint + 1; point++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            if (point <= PointSet.LastPoint && CharUnicodeInfo.GetUnicodeCategory(point) == category)
                continue;
            ranges[(int)category].Add((first, point - 1));
            first = point;
        }
        return [.. ranges.Select(list => PointSet.Of([.. list]).And(PointSet.All))];
    }
}
