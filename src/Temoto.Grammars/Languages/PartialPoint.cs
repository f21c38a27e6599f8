namespace Temoto.Grammars.Languages;

/// <summary>Where the bytes so far have led within a code point.</summary>
internal enum PartialMode
{
    /// <summary>None has begun.</summary>
    None,

    /// <summary>Bytes of UTF-8 are to come; the value is that of those before.</summary>
    Utf8,

    /// <summary>Behind a backslash.</summary>
    Escape,

    /// <summary>Hexadecimal digits are to come.</summary>
    Digits,

    /// <summary>A high surrogate has come; its backslash is to come.</summary>
    LowBackslash,

    /// <summary>The u of the low surrogate is to come.</summary>
    LowEscape,

    /// <summary>Digits of the low surrogate are to come.</summary>
    LowDigits,

    /// <summary>It is whole; the value is the code point.</summary>
    Whole,

    /// <summary>No such code point.</summary>
    Wrong,
}

/// <summary>The part of a code point that its bytes so far tell.</summary>
/// <param name="Value">Of the bits, or digits, so far.</param>
/// <param name="Left">Bytes, or digits, to come.</param>
/// <param name="High">The high surrogate, where the low one is to come.</param>
internal readonly record struct PartialPoint(PartialMode Mode, int Value = 0, int Left = 0, int High = 0)
{
    private const string Escapes = "\"\\/bfnrt", Escaped = "\"\\/\b\f\n\r\t";

    private static readonly PartialPoint Wrong = new(PartialMode.Wrong);

    public bool IsNone => Mode == PartialMode.None;

    /// <summary>Any bytes of UTF-8 that continue a code point make a right one of it.</summary>
    public bool TakesAnyContinuation => Mode == PartialMode.Utf8 && (Left == 1 || (Left == 2 && Value is not (0 or 0x0D)) || (Left == 3 && Value is not (0 or 4)));

    /// <summary>What the next byte makes of it. Between quotes the quote is not asked about.</summary>
    public PartialPoint After(int value, TextSpelling spelling) => Mode switch
    {
        PartialMode.None => Begin(value, spelling),
        PartialMode.Utf8 => value is >= 0x80 and < 0xC0 ? Continued(Value << 6 | value & 0x3F, Left - 1) : Wrong,
        PartialMode.Escape => AfterBackslash(value, spelling),
        PartialMode.Digits => Hexadecimal(value) is { } digit ? AfterDigit(Value << 4 | digit, spelling) : Wrong,
        PartialMode.LowBackslash => value == '\\' ? this with { Mode = PartialMode.LowEscape } : Wrong,
        PartialMode.LowEscape => value == 'u' ? new PartialPoint(PartialMode.LowDigits, 0, 4, High) : Wrong,
        PartialMode.LowDigits => Hexadecimal(value) is { } digit ? AfterLowDigit(Value << 4 | digit) : Wrong,
        _ => Wrong,
    };

    /// <summary>The code points that can still come of it.</summary>
    public (int First, int Last) Range(TextSpelling spelling) => Mode switch
    {
        PartialMode.Utf8 => (Math.Max(Value << 6 * Left, Left == 2 && Value == 0 ? 0x800 : Left == 3 && Value == 0 ? 0x10000 : 0), Math.Min((Value + 1 << 6 * Left) - 1, PointSet.LastPoint)),
        PartialMode.Digits when Left > 0 && spelling == TextSpelling.JsonNeeded => (Value << 4 * Left, Math.Min((Value + 1 << 4 * Left) - 1, 0x1F)),
        PartialMode.Digits => WithAstral(Value << 4 * Left, (Value + 1 << 4 * Left) - 1),
        PartialMode.LowBackslash or PartialMode.LowEscape => (Astral(High, 0xDC00), Astral(High, PointSet.LastSurrogate)),
        PartialMode.LowDigits => (Astral(High, Math.Max(Value << 4 * Left, 0xDC00)), Astral(High, Math.Min((Value + 1 << 4 * Left) - 1, PointSet.LastSurrogate))),
        _ => (0, PointSet.LastPoint),
    };

    private static PartialPoint Whole(int point) => new(PartialMode.Whole, point);

    private static PartialPoint Begin(int value, TextSpelling spelling)
    {
        if (value < 0x80)
        {
            if (spelling == TextSpelling.Plain)
                return Whole(value);
            return value == '\\' ? new PartialPoint(PartialMode.Escape) : value < 0x20 ? Wrong : Whole(value);
        }
        return value switch
        {
            >= 0xC2 and < 0xE0 => new PartialPoint(PartialMode.Utf8, value & 0x1F, 1),
            >= 0xE0 and < 0xF0 => new PartialPoint(PartialMode.Utf8, value & 0x0F, 2),
            >= 0xF0 and < 0xF5 => new PartialPoint(PartialMode.Utf8, value & 0x07, 3),
            _ => Wrong,
        };
    }

    private static PartialPoint Continued(int value, int left)
    {
        if (left == 0)
            return value is >= PointSet.FirstSurrogate and <= PointSet.LastSurrogate || value > PointSet.LastPoint ? Wrong : Whole(value);
        // The second byte decides whether a shorter spelling would have done, and whether it is a surrogate or beyond the last point.
        var (first, last) = (value << 6 * left, (value + 1 << 6 * left) - 1);
        var isWrong = (left == 1 && (last < 0x800 || first is >= PointSet.FirstSurrogate and <= PointSet.LastSurrogate)) || (left == 2 && (last < 0x10000 || first > PointSet.LastPoint));
        return isWrong ? Wrong : new PartialPoint(PartialMode.Utf8, value, left);
    }

    private static PartialPoint AfterBackslash(int value, TextSpelling spelling)
    {
        if (value == 'u')
            return new PartialPoint(PartialMode.Digits, 0, 4);
        var escape = Escapes.IndexOf((char)value, StringComparison.Ordinal);
        return escape < 0 || (value == '/' && spelling == TextSpelling.JsonNeeded) ? Wrong : Whole(Escaped[escape]);
    }

    private PartialPoint AfterDigit(int value, TextSpelling spelling)
    {
        if (Left > 1)
            return new PartialPoint(PartialMode.Digits, value, Left - 1);
        if (spelling == TextSpelling.JsonNeeded)
            return value < 0x20 ? Whole(value) : Wrong;
        if (value is >= 0xDC00 and <= PointSet.LastSurrogate)
            return Wrong;
        return value is >= PointSet.FirstSurrogate and < 0xDC00 ? new PartialPoint(PartialMode.LowBackslash, High: value) : Whole(value);
    }

    private PartialPoint AfterLowDigit(int value)
    {
        if (Left == 1)
            return value is >= 0xDC00 and <= PointSet.LastSurrogate ? Whole(Astral(High, value)) : Wrong;
        var (first, last) = (value << 4 * (Left - 1), (value + 1 << 4 * (Left - 1)) - 1);
        return last < 0xDC00 || first > PointSet.LastSurrogate ? Wrong : new PartialPoint(PartialMode.LowDigits, value, Left - 1, High);
    }

    /// <summary>Digits that may become a high surrogate lead to any point beyond the first 65,536.</summary>
    private static (int First, int Last) WithAstral(int first, int last) => last >= PointSet.FirstSurrogate && first < 0xDC00
        ? first >= PointSet.FirstSurrogate && last < 0xDC00 ? (Astral(first, 0xDC00), Astral(last, PointSet.LastSurrogate)) : (first, PointSet.LastPoint)
        : (first, last);

    private static int Astral(int high, int low) => 0x10000 + (high - PointSet.FirstSurrogate << 10) + (low - 0xDC00);

    private static int? Hexadecimal(int value) => char.IsAsciiHexDigit((char)value) ? Convert.ToInt32(((char)value).ToString(), 16) : null;
}
