namespace Temoto.Grammars.Masks;

/// <summary>The states behind the bytes of one state, as they become known: a few ranges of bytes, and from more on a table. Within a name or a number there is one way on, for which a table would be 2 KB.</summary>
internal struct StateTransitions
{
    private const int MostRanges = 4;

    private readonly record struct Range(byte First, byte Last, LexicalState? State, int Way);

    private Range[]? ranges;
    private int count;
    private LexicalState?[]? table;
    private int[]? ways;

    /// <summary>Null where it is not known.</summary>
    public readonly LexicalState? Behind(byte value) => table is null ? RangeOf(value).State : table[value];

    /// <summary>The way that is left behind a byte whose state is known, where one is.</summary>
    public readonly int WayLeft(byte value) => table is null ? RangeOf(value).Way : ways is null ? 0 : ways[value];

    /// <param name="state">Behind the bytes from first to last.</param>
    /// <param name="way">Left behind them; 0 where there are several, or this is the only one.</param>
    public void Add(byte first, byte last, LexicalState state, int way)
    {
        if (table is null && count == MostRanges)
        {
            table = new LexicalState?[256];
            for (var i = 0; i < count; i++)
                Fill(ranges![i]);
            ranges = null;
        }
        var range = new Range(first, last, state, way);
        if (table is not null)
            Fill(range);
        else
            (ranges ??= new Range[MostRanges])[count++] = range;
    }

    private readonly Range RangeOf(byte value)
    {
        for (var i = 0; i < count; i++)
        {
            if (value >= ranges![i].First && value <= ranges[i].Last)
                return ranges[i];
        }
        return default;
    }

    private void Fill(Range range)
    {
        var (first, length) = (range.First, range.Last - range.First + 1);
        table.AsSpan(first, length).Fill(range.State);
        if (range.Way == 0 && ways is null)
            return;
        (ways ??= new int[256]).AsSpan(first, length).Fill(range.Way);
    }
}
