using System.Buffers;

namespace Temoto.Grammars.Languages;

/// <summary>Reads a pattern point by point, and what stands behind a backslash.</summary>
internal sealed class EcmaPatternReader(string pattern)
{
    private const int MostQuoted = 60;

    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Characters read so far.</summary>
    public int At { get; private set; }

    public bool IsAtEnd => At == pattern.Length;

    /// <summary>The next character; NUL at the end.</summary>
    public char Next => At < pattern.Length ? pattern[At] : '\0';

    public ReadOnlySpan<char> Rest => pattern.AsSpan(At);

    public void Skip(int characters) => At += characters;

    public bool Take(string text)
    {
        if (!Rest.StartsWith(text, StringComparison.Ordinal))
            return false;
        At += text.Length;
        return true;
    }

    /// <summary>A code point; half of a pair stands alone as itself, and matches nothing.</summary>
    public int TakePoint()
    {
        var isPair = At + 1 < pattern.Length && char.IsSurrogatePair(pattern[At], pattern[At + 1]);
        var point = isPair ? char.ConvertToUtf32(pattern[At], pattern[At + 1]) : pattern[At];
        At += isPair ? 2 : 1;
        return point;
    }

    /// <summary>The digits of a decimal number; empty if there is none.</summary>
    public string TakeDigits()
    {
        var count = Rest.IndexOfAnyExceptInRange('0', '9');
        var digits = Rest[..(count < 0 ? Rest.Length : count)].ToString();
        At += digits.Length;
        return digits;
    }

    /// <summary>What stands behind a backslash, inside of brackets too: one point, or a set of them.</summary>
    public (int Point, PointSet? Set) TakeEscape()
    {
        if (IsAtEnd)
            throw Refusal("a \\ at the end of the pattern", "a character behind it", @"write \\ for a backslash");
        var point = TakePoint();
        return point switch
        {
            'd' => (0, EcmaClasses.Digits),
            'D' => (0, EcmaClasses.Except(EcmaClasses.Digits)),
            'w' => (0, EcmaClasses.Words),
            'W' => (0, EcmaClasses.Except(EcmaClasses.Words)),
            's' => (0, EcmaClasses.Spaces),
            'S' => (0, EcmaClasses.Except(EcmaClasses.Spaces)),
            'p' => (0, Property()),
            'P' => (0, EcmaClasses.Except(Property())),
            't' => ('\t', null),
            'n' => ('\n', null),
            'v' => ('\v', null),
            'f' => ('\f', null),
            'r' => ('\r', null),
            '0' when !char.IsAsciiDigit(Next) => (0, null),
            'c' when char.IsAsciiLetter(Next) => (TakePoint() & 0x1F, null),
            'x' => (Hexadecimal(2), null),
            'u' => (Unicode(), null),
            // Other letters and digits mean different things to different engines.
            < 0x80 when char.IsAsciiLetterOrDigit((char)point) => throw UnknownEscape((char)point),
            _ => (point, null),
        };
    }

    public GrammarException Refusal(string found, string expected, string next) => Refusal(pattern, $"{found} before character {At + 1}", expected, next);

    public static GrammarException Refusal(string pattern, string found, string expected, string next)
    {
        var quoted = pattern.Length > MostQuoted ? $"{pattern[..MostQuoted]}..." : pattern;
        return new GrammarException("", $"{found} in the pattern \"{quoted}\"", expected, next);
    }

    private GrammarException UnknownEscape(char letter) => letter switch
    {
        'b' or 'B' => Refusal($"a word boundary \\{letter}", "a pattern without one", @"write the characters that may stand there, as in (^|\W)word(\W|$)"),
        'k' or (>= '1' and <= '9') => Refusal($"a back-reference \\{letter}", "a pattern without one", "write out what may repeat"),
        'A' or 'Z' or 'z' => Refusal($"the anchor \\{letter} of other kinds of expressions", "^ or $", "write ^ or $ instead"),
        _ => Refusal($"the escape \\{letter}", "an escape of ECMA-262", @"write the character itself, or its code as \u0041"),
    };

    private PointSet Property()
    {
        var end = Rest.IndexOf('}');
        if (Next != '{' || end < 0)
            throw Refusal("a property without its name", @"a property such as \p{L}", @"write \\p for a backslash and a p");
        var name = Rest[1..end].ToString();
        var set = UnicodeProperties.Of(name) ?? throw Refusal($"the property {name}", "a general category, a common script or a common binary property of Unicode", "write the characters as ranges, such as [a-z\\u00C0-\\u024F]");
        At += end + 1;
        return set;
    }

    private int Unicode()
    {
        if (Next == '{')
        {
            var end = Rest.IndexOf('}');
            var digits = end < 0 ? "" : Rest[1..end].TrimStart('0').ToString();
            if (end < 2 || digits.Length > 6 || !digits.All(char.IsAsciiHexDigit) || (digits.Length > 0 && Convert.ToInt32(digits, 16) > PointSet.LastPoint))
                throw Refusal("an escape that is no code point", @"up to 10FFFF, as in \u{1F600}", @"write its hexadecimal digits, or \\u for a backslash and a u");
            At += end + 1;
            return digits.Length == 0 ? 0 : Convert.ToInt32(digits, 16);
        }
        var point = Hexadecimal(4);
        if (point is < PointSet.FirstSurrogate or >= 0xDC00 || !Rest.StartsWith(@"\u", StringComparison.Ordinal) || Rest.Length < 6)
            return point;
        var before = At;
        At += 2;
        if (Rest[..4].IndexOfAnyExcept(HexadecimalDigits) < 0 && Hexadecimal(4) is >= 0xDC00 and <= PointSet.LastSurrogate and var low)
            return char.ConvertToUtf32((char)point, (char)low);
        At = before;
        return point;
    }

    private int Hexadecimal(int count)
    {
        if (Rest.Length < count || Rest[..count].IndexOfAnyExcept(HexadecimalDigits) >= 0)
            throw Refusal($"an escape without its {count} hexadecimal digits", @"digits as in \x41 and \u0041", @"write \\ for a backslash");
        At += count;
        return Convert.ToInt32(pattern.Substring(At - count, count), 16);
    }
}
