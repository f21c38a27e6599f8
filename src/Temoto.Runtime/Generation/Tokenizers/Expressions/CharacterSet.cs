namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// A set of code points, given by a test. The answers of the test are kept by pages of 256, made when one is first asked for: published expressions have a dozen sets, of which texts touch
/// few pages. A set of one has none.
/// </summary>
internal sealed class CharacterSet
{
    private const int PagePoints = 256, Pages = 0x110000 / PagePoints, AsciiPoints = 128;

    private readonly Func<int, bool>? has;
    private readonly int only = -1;

    /// <summary>A bit for each of the first 128 code points, of which most texts are.</summary>
    private readonly ulong asciiLow;
    private readonly ulong asciiHigh;
    private ulong[]?[]? pages;

    public CharacterSet(Func<int, bool> has)
    {
        this.has = has;
        var ascii = NewPage(has, 0);
        (asciiLow, asciiHigh) = (ascii[0], ascii[1]);
    }

    /// <param name="only">The one code point.</param>
    public CharacterSet(int only)
    {
        this.only = only;
        if (only < 64)
            asciiLow = 1UL << only;
        else if (only < AsciiPoints)
            asciiHigh = 1UL << only - 64;
    }

    /// <summary>The code points of all of some sets.</summary>
    public CharacterSet(IReadOnlyList<CharacterSet> sets)
    {
        has = point => sets.Any(set => set.Contains(point));
        foreach (var set in sets)
            (asciiLow, asciiHigh) = (asciiLow | set.asciiLow, asciiHigh | set.asciiHigh);
    }

    public bool Contains(int point) => point < AsciiPoints ? ((point < 64 ? asciiLow : asciiHigh) >> (point & 63) & 1) != 0 : ContainsOther(point);

    private bool ContainsOther(int point)
    {
        if (has is null)
            return point == only;
        // Two threads may both make a page: they make the same.
        var known = pages ??= new ulong[Pages][];
        var page = known[point / PagePoints] ??= NewPage(has, point / PagePoints);
        return (page[point % PagePoints / 64] >> (point % 64) & 1) != 0;
    }

    private static ulong[] NewPage(Func<int, bool> has, int number)
    {
        var page = new ulong[PagePoints / 64];
        for (var i = 0; i < PagePoints; i++)
        {
            if (has(number * PagePoints + i))
                page[i / 64] |= 1UL << i % 64;
        }
        return page;
    }
}
