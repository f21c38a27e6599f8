namespace Temoto.Cli;

/// <summary>Names that somebody who mistyped one may have meant.</summary>
internal static class CloseNames
{
    private const int Most = 3;

    /// <summary>Those that contain what was typed or differ from it in at most a third of the letters, the closest first.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> names) =>
    [
        .. names.Select(name => (Name: name, Edits: Edits(typed.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(item => item.Edits <= Math.Max(1, typed.Length / 3) || (typed.Length > 1 && item.Name.Contains(typed, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(item => item.Edits).Take(Most).Select(item => item.Name),
    ];

    /// <summary>Letters to insert, drop or change (Levenshtein), a row of the table at a time.</summary>
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }
}
