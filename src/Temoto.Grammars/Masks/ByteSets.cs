using Temoto.Grammars.Languages;

namespace Temoto.Grammars.Masks;

/// <summary>
/// Sets of bytes of UTF-8 text, a bit each: those of ASCII but for control characters by their number, all bytes of <see cref="Wide"/> points together, and <see cref="Other"/> for what is neither. A state that a set leads back to
/// itself takes every token of such bytes, and none of them has to be followed.
/// </summary>
internal static class ByteSets
{
    /// <summary>Control characters, bytes that are no UTF-8, and the two line separators that patterns' dots leave out: nothing is said of them.</summary>
    public static readonly UInt128 Other = UInt128.One;

    /// <summary>Points behind ASCII, but for the line separators.</summary>
    public static readonly UInt128 Wide = UInt128.One << 1;

    private const int FirstPrintable = 0x20, LastAscii = 0x7F;
    private const int LineSeparator = 0x2028, ParagraphSeparator = 0x2029;

    /// <summary>The bytes of ASCII from first to last.</summary>
    public static UInt128 Ascii(int first, int last)
    {
        (first, last) = (Math.Max(first, FirstPrintable), Math.Min(last, LastAscii));
        return first > last ? UInt128.Zero : UInt128.MaxValue >> (LastAscii - (last - first)) << first;
    }

    /// <summary>Of each place of a tree: the bytes that lead to it and to those below it; <see cref="Other"/> also where it begins within a point.</summary>
    public static UInt128[] From(byte[] values, ushort[] depths, int[] ends)
    {
        var (sets, isWithin) = (new UInt128[values.Length], new bool[values.Length]);
        var points = new PartialPoint[depths.Max() + 1];
        for (var place = 1; place < values.Length; place++)
        {
            var before = points[depths[place] - 1];
            var after = points[depths[place]] = After(before, values[place]);
            (sets[place], isWithin[place]) = (Of(values[place], after), !IsBetween(before));
        }
        for (var place = values.Length - 1; place > 0; place--)
        {
            for (var below = place + 1; below < ends[place]; below = ends[below])
                sets[place] |= sets[below];
        }
        for (var place = 1; place < values.Length; place++)
        {
            if (isWithin[place])
                sets[place] |= Other;
        }
        return sets;
    }

    /// <summary>Whether every point of <see cref="Wide"/> leads a state back to itself.</summary>
    public static bool LoopsOverWide(LexicalState state, Lexicon lexicon)
    {
        var seen = new HashSet<(LexicalState, PartialPoint)>();
        return Loops(state, default);

        bool Loops(LexicalState at, PartialPoint part)
        {
            for (var value = 0x80; value <= 0xFF; value++)
            {
                var next = After(part, (byte)value);
                if (Of((byte)value, next) != Wide)
                    continue;
                if (at.After((byte)value, lexicon) is not { } after || (IsBetween(next) ? after != state : seen.Add((after, next)) && !Loops(after, next)))
                    return false;
            }
            return true;
        }
    }

    private static UInt128 Of(byte value, PartialPoint after) => after switch
    {
        { Mode: PartialMode.Wrong } => Other,
        { Mode: PartialMode.Whole, Value: LineSeparator or ParagraphSeparator or < FirstPrintable } => Other,
        _ => value <= LastAscii ? UInt128.One << value : Wide,
    };

    private static PartialPoint After(PartialPoint part, byte value) => (IsBetween(part) ? default : part).After(value, TextSpelling.Plain);

    private static bool IsBetween(PartialPoint part) => part.Mode is PartialMode.None or PartialMode.Whole;
}
