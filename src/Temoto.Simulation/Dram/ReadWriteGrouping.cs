namespace Temoto.Simulation.Dram;

/// <summary>
/// Reads and writes go in groups, since a turn of the data bus costs as much as several columns. Reads go on until writes are many or old; a group of writes ends when none is left, or when
/// it has its size and reads wait. A turn waits until the rows that were opened for the group are used.
/// </summary>
internal sealed class ReadWriteGrouping(RequestQueue queue)
{
    /// <summary>Columns of a group while the other kind waits; *assumed*: a quarter of the queue.</summary>
    public const int GroupColumns = 16;

    /// <summary>A write that has waited so long brings the turn about; *assumed*, under half a microsecond.</summary>
    public const int OldWriteClocks = 256;

    private int columns;

    /// <summary>Whether writes have their turn.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Chooses whose turn it is; true if rows may be opened and closed for it.</summary>
    public bool Choose(long clock, int freshBanks)
    {
        if (!IsTurnWanted(clock))
            return true;
        if (freshBanks > 0)
            return false;
        (IsWriting, columns) = (!IsWriting, 0);
        return true;
    }

    /// <summary>A column command of the group went out.</summary>
    public void Served() => columns++;

    private bool IsTurnWanted(long clock)
    {
        var writes = queue.Writes;
        if (IsWriting)
            return writes == 0 || (columns >= GroupColumns && queue.Reads > 0);
        if (writes == 0)
            return false;
        return queue.Reads == 0 || (columns >= GroupColumns && (writes >= GroupColumns || clock - queue.OldestWriteClock >= OldWriteClocks));
    }
}
