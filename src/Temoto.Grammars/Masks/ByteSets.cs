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
        var sets = new UInt128[values.Length];
        var points = new PointPart[depths.Max() + 1];
        for (var place = 1; place < values.Length; place++)
        {
            points[depths[place]] = points[depths[place] - 1].After(values[place]);
            sets[place] = Of(values[place], points[depths[place]]);
        }
        for (var place = values.Length - 1; place > 0; place--)
        {
            for (var below = place + 1; below < ends[place]; below = ends[below])
                sets[place] |= sets[below];
        }
        for (var place = 1; place < values.Length; place++)
        {
            points[depths[place]] = points[depths[place] - 1].After(values[place]);
            if (!points[depths[place] - 1].IsBetween)
                sets[place] |= Other;
        }
        return sets;
    }

    /// <summary>Whether every point of <see cref="Wide"/> leads a state back to itself.</summary>
    public static bool LoopsOverWide(LexicalState state, Lexicon lexicon)
    {
        var seen = new HashSet<(LexicalState, PointPart)>();
        return Loops(state, default);

        bool Loops(LexicalState at, PointPart part)
        {
            for (var value = 0x80; value <= 0xFF; value++)
            {
                var next = part.After((byte)value);
                if (Of((byte)value, next) != Wide)
                    continue;
                if (at.After((byte)value, lexicon) is not { } after || (next.IsBetween ? after != state : seen.Add((after, next)) && !Loops(after, next)))
                    return false;
            }
            return true;
        }
    }

    private static UInt128 Of(byte value, PointPart after) => after switch
    {
        { IsBroken: true } => Other,
        { IsBetween: false } => Wide,
        { Point: LineSeparator or ParagraphSeparator } => Other,
        _ => value <= LastAscii ? value < FirstPrintable ? Other : UInt128.One << value : Wide,
    };

    /// <summary>The beginning of a point in UTF-8.</summary>
    /// <param name="Missing">Bytes; -1 behind what is no UTF-8.</param>
    /// <param name="Point">Of the bytes so far.</param>
    /// <param name="Least">Of the next byte, where one is missing.</param>
    /// <param name="Most">Likewise.</param>
    private readonly record struct PointPart(int Missing, int Point, int Least, int Most)
    {
        private static readonly PointPart Broken = new(-1, 0, 0, 0);

        public bool IsBetween => Missing == 0;

        public bool IsBroken => Missing < 0;

        public PointPart After(byte value) => Missing switch
        {
            < 0 => Broken,
            0 => First(value),
            _ when value >= Least && value <= Most => Missing == 1 ? new(0, Point << 6 | (value & 0x3F), 0, 0) : new(Missing - 1, Point << 6 | (value & 0x3F), 0x80, 0xBF),
            _ => Broken,
        };

        /// <summary>Table 3-7 of the Unicode standard.</summary>
        private static PointPart First(byte value) => value switch
        {
            < 0x80 => new(0, value, 0, 0),
            < 0xC2 => Broken,
            < 0xE0 => new(1, value & 0x1F, 0x80, 0xBF),
            0xE0 => new(2, value & 0x0F, 0xA0, 0xBF),
            0xED => new(2, value & 0x0F, 0x80, 0x9F),
            < 0xF0 => new(2, value & 0x0F, 0x80, 0xBF),
            0xF0 => new(3, value & 0x07, 0x90, 0xBF),
            < 0xF4 => new(3, value & 0x07, 0x80, 0xBF),
            0xF4 => new(3, value & 0x07, 0x80, 0x8F),
            _ => Broken,
        };
    }
}
