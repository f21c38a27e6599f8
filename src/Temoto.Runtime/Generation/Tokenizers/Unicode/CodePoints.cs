namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>Code points of UTF-16 text. Half a surrogate pair counts as U+FFFD, as which it is encoded.</summary>
internal static class CodePoints
{
    public const int Replacement = 0xFFFD;

    /// <summary>The code point at a place, and its length in UTF-16 units.</summary>
    public static int At(ReadOnlySpan<char> text, int at, out int length)
    {
        var unit = text[at];
        length = 1;
        return char.IsSurrogate(unit) ? Pair(text, at, out length) : unit;
    }

    private static int Pair(ReadOnlySpan<char> text, int at, out int length)
    {
        var unit = text[at];
        length = 1;
        if (!char.IsHighSurrogate(unit) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
            return Replacement;
        length = 2;
        return char.ConvertToUtf32(unit, text[at + 1]);
    }

    /// <summary>Where the code point before a place begins.</summary>
    public static int Before(ReadOnlySpan<char> text, int at) => at > 1 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? at - 2 : at - 1;

    /// <summary>How many there are.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var at = 0; at < text.Length; count++)
        {
            At(text, at, out var length);
            at += length;
        }
        return count;
    }

    /// <summary>Writes one; returns its length.</summary>
    public static int Write(int point, Span<char> destination)
    {
        if (point < 0x10000)
        {
            destination[0] = (char)point;
            return 1;
        }
        destination[0] = (char)(0xD800 + ((point - 0x10000) >> 10));
        destination[1] = (char)(0xDC00 + ((point - 0x10000) & 0x3FF));
        return 2;
    }
}
