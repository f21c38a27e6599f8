namespace Temoto.Grammars.Languages;

/// <summary>The classes of characters of ECMA-262, and what stands between brackets.</summary>
internal static class EcmaClasses
{
    public static readonly PointSet Digits = PointSet.Of(('0', '9'));

    public static readonly PointSet Words = PointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));

    /// <summary>White space and ends of lines (<see href="https://tc39.es/ecma262/#sec-white-space">White Space</see>).</summary>
    public static readonly PointSet Spaces = PointSet.Of(
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>The dot: all but ends of lines.</summary>
    public static readonly PointSet NoLineEnds = PointSet.All.Except(PointSet.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)));

    public static PointSet Except(PointSet set) => PointSet.All.Except(set);

    /// <summary>One point, or none where it is half of a pair.</summary>
    public static PointSet One(int point) => PointSet.One(point).And(PointSet.All);

    /// <summary>What stands behind an opening bracket, up to the closing one.</summary>
    public static PointSet Read(EcmaPatternReader reader)
    {
        var isNegative = reader.Take("^");
        var ranges = new List<(int, int)>();
        while (!reader.Take("]"))
        {
            var (first, set) = Item(reader);
            if (reader.Next != '-' || reader.Rest is "-" or ['-', ']', ..])
                Add(first, set, ranges);
            else
                AddRange(first, set, reader, ranges);
        }
        var all = PointSet.Of([.. ranges]).And(PointSet.All);
        return isNegative ? Except(all) : all;
    }

    private static (int Point, PointSet? Set) Item(EcmaPatternReader reader)
    {
        if (reader.IsAtEnd)
            throw reader.Refusal("a class without its end", "a ] behind it", @"write \[ for a bracket");
        if (!reader.Take("\\"))
            return (reader.TakePoint(), null);
        return reader.Take("b") ? ('\b', null) : reader.TakeEscape();
    }

    private static void Add(int point, PointSet? set, List<(int, int)> ranges)
    {
        if (set is null)
            ranges.Add((point, point));
        else
            ranges.AddRange(set.Ranges);
    }

    private static void AddRange(int first, PointSet? set, EcmaPatternReader reader, List<(int, int)> ranges)
    {
        reader.Skip(1);
        var (last, lastSet) = Item(reader);
        if (set is null && lastSet is null)
        {
            if (last < first)
                throw reader.Refusal("a range whose end comes before its start", "the lower character first", @"put it in order, or write \- for the character -");
            ranges.Add((first, last));
            return;
        }
        // Between sets, as in [\w-.], the - is a character.
        Add(first, set, ranges);
        Add('-', null, ranges);
        Add(last, lastSet, ranges);
    }
}
