namespace Temoto.Cli;

/// <summary>"Did you mean": the known word that lies nearest to what was typed.</summary>
internal static class Spelling
{
    /// <summary>Null where nothing is near: as many edits as a third of the letters, at least one, are a slip; more are another word.</summary>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var best = known.Select(word => (Word: word, Edits: Distance(typed, word))).OrderBy(item => item.Edits).FirstOrDefault();
        if (best.Word is not null && best.Edits <= Math.Max(1, Math.Min(typed.Length, best.Word.Length) / 3))
            return best.Word;
        // The beginning of one word alone: "--temp".
        var begun = typed.TrimStart('-').Length < 2 ? [] : known.Where(word => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
        return begun.Count == 1 ? begun[0] : null;
    }

    /// <summary>Letters to insert, leave out, replace, or swap with their neighbour (optimal string alignment); case counts for nothing.</summary>
    public static int Distance(string left, string right)
    {
        const int longest = 64; // An argument may be a whole document; no option is.
        if (left.Length > longest || right.Length > longest)
            return Math.Max(left.Length, right.Length);
        var edits = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
                edits[i, j] = i == 0 || j == 0 ? i + j : Cell(edits, left, right, i, j);
        }
        return edits[left.Length, right.Length];
    }

    private static int Cell(int[,] edits, string left, string right, int i, int j)
    {
        var same = Same(left[i - 1], right[j - 1]);
        var least = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + (same ? 0 : 1));
        var swapped = i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]);
        return swapped ? Math.Min(least, edits[i - 2, j - 2] + 1) : least;
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
