namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>Full decompositions of code points, canonical or for compatibility.</summary>
internal static class Decomposition
{
    private static readonly Lazy<Dictionary<int, int>> CompatibilityRows = new(() =>
    {
        var rows = new Dictionary<int, int>();
        var data = CompatibilityData.Decompositions;
        for (var row = 0; row < data.Length; row += 2 + data[row + 1])
            rows.Add(data[row], row);
        return rows;
    });

    /// <summary>Adds what a code point decomposes to.</summary>
    public static void Add(int point, bool compatible, List<int> points)
    {
        if (!compatible)
        {
            CanonicalComposition.Decompose(point, points);
            return;
        }
        if (CompatibilityRows.Value.TryGetValue(point, out var row))
        {
            var data = CompatibilityData.Decompositions;
            foreach (var part in data.Slice(row + 2, data[row + 1]))
                Add(part, compatible, points);
            return;
        }
        // A canonical decomposition may have parts with a compatible one.
        var start = points.Count;
        CanonicalComposition.Decompose(point, points);
        if (points.Count == start + 1 && points[start] == point)
            return;
        var parts = points[start..];
        points.RemoveRange(start, parts.Count);
        foreach (var part in parts)
            Add(part, compatible, points);
    }
}
