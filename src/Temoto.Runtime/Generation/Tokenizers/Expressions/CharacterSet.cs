namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// A set of code points, given by a test. The answers of the test are kept by pages of 256, made when one is first asked for: published expressions have a dozen sets, of which texts touch
/// few pages. A set of one has none.
/// </summary>
internal sealed class CharacterSet
{
    private const int PagePoints = 256, Pages = 0x110000 / PagePoints;

    private readonly Func<int, bool>? has;
    private readonly int only = -1;
    private ulong[]?[]? pages;

    public CharacterSet(Func<int, bool> has)
    {
        this.has = has;
    }

    /// <param name="only">The one code point.</param>
    public CharacterSet(int only)
    {
        this.only = only;
    }

    public bool Contains(int point)
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
