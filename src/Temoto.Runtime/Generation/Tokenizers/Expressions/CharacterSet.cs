namespace Temoto.Generation.Tokenizers.Expressions;

/// <summary>
/// A set of code points, given by a test. The answers of the test are kept by pages of 256, made when one is first asked for: published expressions have a dozen sets, of which texts touch
/// few pages.
/// </summary>
internal sealed class CharacterSet(Func<int, bool> has)
{
    private const int PagePoints = 256, Pages = 0x110000 / PagePoints;

    private readonly ulong[]?[] pages = new ulong[]?[Pages];

    public bool Contains(int point)
    {
        // Two threads may both make a page: they make the same.
        var page = pages[point / PagePoints] ??= NewPage(point / PagePoints);
        return (page[point % PagePoints / 64] >> (point % 64) & 1) != 0;
    }

    private ulong[] NewPage(int number)
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
