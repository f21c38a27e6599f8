using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What some tiles of a step have moved and done.</summary>
/// <param name="Traffic">With what is still to be written back.</param>
internal sealed record TileAccount(Traffic Traffic, long TouchedBytes, Items<WorkDone> Work)
{
    /// <summary>Null where kinds of work have come in between: then there is nothing to compare.</summary>
    public static TileAccount? Between(TileAccount before, TileAccount after) => before.Work.Count != after.Work.Count
        ? null
        : new TileAccount(
            after.Traffic - before.Traffic,
            after.TouchedBytes - before.TouchedBytes,
            [.. before.Work.Zip(after.Work, (a, b) => b with { Operations = b.Operations - a.Operations })]);
}

/// <summary>
/// Tells which tiles of a step's rows need not be carried out one by one. When tiles have fetched more than the cache holds, it holds what they touched last, whatever came before them; so once
/// so many in a row have moved and done the same, those that follow do too: only their places differ. As many are carried out again at the end, for what stays in the cache is theirs.
/// </summary>
/// <param name="pageLines">Lines that leave the cache together: a page of outputs that was there before is left behind when tiles have written as many.</param>
internal sealed class RepeatedTiles(long cacheBytes, int pageLines)
{
    /// <summary>Of outputs, in most plans at least: 32 rows of a weight give two lines of floats.</summary>
    private const int LinesOfTile = 2;

    private Loop? watched;
    private TileAccount? atTile;

    /// <summary>The last tiles in a row that are all like <see cref="Like"/>, and what they have fetched.</summary>
    private long alike, fetchedAlike;

    /// <summary>The tile just done, which stands for those passed over.</summary>
    public TileAccount? Like { get; private set; }

    /// <summary>Tiles from <paramref name="tile"/> on that are like the one before it, but for the last ones.</summary>
    /// <param name="now">All until here.</param>
    public long From(Loop loop, long tile, long tiles, TileAccount now)
    {
        if (tile == 0)
            (watched, atTile, Like, alike, fetchedAlike) = (loop, null, null, 0, 0);
        // Of nested loops the inner one is watched.
        if (!ReferenceEquals(loop, watched))
            return 0;
        if (atTile is not null)
            Compare(TileAccount.Between(atTile, now));
        atTile = now;
        if (Like is null || alike * LinesOfTile <= pageLines || fetchedAlike <= cacheBytes + Like.Traffic.Fetched)
            return 0;
        var ending = cacheBytes / Like.Traffic.Fetched + 2;
        return Math.Max(0, tiles - ending - tile);
    }

    private void Compare(TileAccount? done)
    {
        var same = done is not null && done == Like;
        alike = same ? alike + 1 : 1;
        fetchedAlike = (done?.Traffic.Fetched ?? 0) + (same ? fetchedAlike : 0);
        Like = done;
    }
}
