using Temoto.Planning;
using Temoto.Plans;

namespace Temoto.Tests.Planning;

public class RepeatedTilesTests
{
    private const long CacheBytes = 1024;
    private const int PageLines = 8;
    private static readonly Loop Rows = new(Dimension.Columns, 32, []);

    /// <summary>Nothing is taken for granted before so many tiles alike have pushed out all that was there, and the last tiles are carried out again.</summary>
    [Theory]
    // A page of 8 lines is behind after four tiles of two lines each: tile 5 has five alike before it.
    [InlineData(2048, 100, 5, 100 - 5 - 2)]
    // 1024 bytes are pushed out after four tiles of 256, and one more; six must stay for the end.
    [InlineData(256, 100, 6, 100 - 6 - 6)]
    [InlineData(64, 100, 18, 100 - 18 - 18)]
    // Too few to gain anything.
    [InlineData(64, 30, -1, 0)]
    [InlineData(0, 100, -1, 0)]
    public void TilesThatAreAlikeArePassedOver(long fetched, int tiles, int at, long count)
    {
        var first = FirstPassedOver(tiles, _ => fetched);
        Assert.Equal((at, count), first);
    }

    [Fact]
    public void TilesThatDifferAreNot() => Assert.Equal((-1, 0L), FirstPassedOver(200, tile => 2048 + 64 * (tile % 4)));

    /// <summary>What differs once makes the counting begin anew.</summary>
    [Fact]
    public void OneThatDiffersBeginsAnew() => Assert.Equal((9, 200L - 9 - 2), FirstPassedOver(200, tile => tile == 3 ? 4096 : 2048));

    [Fact]
    public void OfNestedLoopsTheInnerOneIsWatched()
    {
        var repeated = new RepeatedTiles(CacheBytes, PageLines);
        var inner = new Loop(Dimension.Columns, 4, []);
        for (var tile = 0; tile < 50; tile++)
        {
            Assert.Equal(0, repeated.From(Rows, tile, 50, Account(tile * 2048)));
            Assert.Equal(0, repeated.From(inner, 0, 1, Account(tile * 2048 + 1024)));
        }
    }

    private static (int At, long Count) FirstPassedOver(int tiles, Func<int, long> fetchedBy)
    {
        var repeated = new RepeatedTiles(CacheBytes, PageLines);
        var total = 0L;
        for (var tile = 0; tile < tiles; tile++)
        {
            var count = repeated.From(Rows, tile, tiles, Account(total));
            if (count > 0)
            {
                Assert.Equal(fetchedBy(tile - 1), repeated.Like!.Traffic.Fetched);
                return (tile, count);
            }
            total += fetchedBy(tile);
        }
        return (-1, 0);
    }

    private static TileAccount Account(long fetched) => new(new Traffic(fetched, 128, 0, 0, 128), fetched, [new WorkDone(WorkKind.Product, OperandRole.Weight, fetched)]);
}
