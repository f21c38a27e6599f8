namespace Temoto.Emit;

/// <summary>How weights lie, and the activations that meet them.</summary>
/// <param name="Nibbles">Or bytes.</param>
/// <param name="BlockScaleBytes">Of the scale in front of a block; 0 where scales lie by themselves.</param>
/// <param name="UnitScales">Scales of a unit that lie by themselves.</param>
/// <param name="Zeros">Whether there is a zero point for each of them, two in a byte.</param>
/// <param name="Ids">Rows are in the escape code.</param>
/// <param name="Escapes">They have escapes.</param>
/// <param name="RowScale">A row has one scale, which is converted once; with IDs only.</param>
internal sealed record RowsLayout(bool Nibbles, int BlockScaleBytes, int UnitScales, bool Zeros, bool Ids = false, bool Escapes = false, bool RowScale = false)
{
    public const int RegisterBytes = 64;

    /// <summary>In the order of EmittedRows.Kind.</summary>
    public static readonly RowsLayout[] All =
    [
        new(true, 2, 0, false),
        new(false, 2, 0, false),
        new(true, 0, 1, false),
        new(true, 0, 2, false),
        new(true, 0, 4, false),
        new(false, 0, 1, false),
        new(false, 0, 2, false),
        new(true, 0, 1, true),
        new(true, 0, 2, true),
        new(true, 0, 4, true),
        new(true, 0, 1, false, Ids: true, Escapes: true),
        new(true, 0, 2, false, Ids: true, Escapes: true),
        new(true, 0, 4, false, Ids: true, Escapes: true),
        new(true, 0, 1, false, Ids: true, Escapes: true, RowScale: true),
        new(false, 0, 1, false, Ids: true, Escapes: true),
        new(false, 0, 2, false, Ids: true, Escapes: true),
        new(false, 0, 1, false, Ids: true, Escapes: true, RowScale: true),
        new(true, 0, 1, false, Ids: true),
        new(true, 0, 2, false, Ids: true),
        new(true, 0, 4, false, Ids: true),
        new(true, 0, 1, false, Ids: true, RowScale: true),
        new(false, 0, 1, false, Ids: true),
        new(false, 0, 2, false, Ids: true),
        new(false, 0, 1, false, Ids: true, RowScale: true),
    ];

    /// <summary>Those of plain rows, which come first.</summary>
    public static readonly RowsLayout[] Plain = [.. All.Where(layout => !layout.Ids)];

    public int UnitBytes => RegisterBytes + BlockScaleBytes * (Nibbles ? 4 : 2);

    /// <summary>Activations of a unit: one or two registers of integers, offsets, scales.</summary>
    public int ActivationBytes => (Nibbles ? 4 : 3) * RegisterBytes;
}
