namespace Temoto.Generation.Tools;

/// <summary>Finds marks in a text that comes in pieces.</summary>
internal static class MarkSearch
{
    /// <summary>The place of the first of the marks, of several there the longest; -1 for none.</summary>
    public static int First(ReadOnlySpan<char> text, IReadOnlyList<string> marks, out string mark)
    {
        var first = -1;
        mark = "";
        foreach (var candidate in marks)
        {
            var at = text.IndexOf(candidate, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first || (at == first && candidate.Length > mark.Length)))
                (first, mark) = (at, candidate);
        }
        return first;
    }

    /// <summary>Length of the longest end of the text that one of the marks begins with.</summary>
    public static int OpenEnd(ReadOnlySpan<char> text, IReadOnlyList<string> marks)
    {
        var longest = 0;
        foreach (var mark in marks)
        {
            for (var length = Math.Min(mark.Length - 1, text.Length); length > longest; length--)
            {
                if (text[^length..].SequenceEqual(mark.AsSpan(0, length)))
                {
                    longest = length;
                    break;
                }
            }
        }
        return longest;
    }
}
