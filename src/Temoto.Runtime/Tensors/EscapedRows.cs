namespace Temoto.Tensors;

/// <summary>
/// Rows in the escape code (docs/formats.md, packed matrices, mode 5), for kernels that multiply them as they lie. The code itself is specified in Packing/; its rows are known here because <see cref="EncodedRows"/> hands them to the kernels.
/// </summary>
internal abstract unsafe class EscapedRows
{
    /// <summary>Bytes that may be read from any place inside a row's IDs on, and behind as many escapes as a row has bytes.</summary>
    public const int ReadAheadBytes = 64;

    /// <summary>Most rows <see cref="Locate"/> is asked for at a time.</summary>
    public const int MostLocated = 128;

    /// <summary>What shuffles need for each width.</summary>
    public abstract byte* Shuffles { get; }

    /// <summary>Bytes of a plain row.</summary>
    public abstract long RowBytes { get; }

    /// <summary>About how many of the rows have escapes, which take longer.</summary>
    public abstract double EscapeShare { get; }

    /// <summary>
    /// Finds rows [start, end). Whatever the file says, <see cref="ReadAheadBytes"/> may be read from any ID of a row on, and <see cref="RowBytes"/> + <see cref="ReadAheadBytes"/> from
    /// its first escape on.
    /// </summary>
    public abstract void Locate(long start, long end, EscapedRow* rows);

    /// <summary>Throws for a row that has another number of escapes than its head says.</summary>
    public abstract void ThrowDamaged();
}

/// <summary>Where the parts of one row lie.</summary>
internal unsafe struct EscapedRow
{
    public byte* Ids;

    public byte* Escapes;

    /// <summary>The byte behind the row's last escape.</summary>
    public byte* EscapesEnd;

    /// <summary>Bits of an ID, 1 to 8.</summary>
    public int Width;
}
