namespace Temoto.Emit;

/// <summary>How weights lie, and the activations that meet them.</summary>
/// <param name="Nibbles">Or bytes.</param>
/// <param name="BlockScaleBytes">Of the scale in front of a block; 0 where scales lie by themselves.</param>
/// <param name="UnitScales">Scales of a unit that lie by themselves.</param>
/// <param name="Zeros">Whether there is a zero point for each of them, two in a byte.</param>
internal sealed record RowsLayout(bool Nibbles, int BlockScaleBytes, int UnitScales, bool Zeros)
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
    ];

    public int UnitBytes => RegisterBytes + BlockScaleBytes * (Nibbles ? 4 : 2);

    /// <summary>Activations of a unit: one or two registers of integers, offsets, scales.</summary>
    public int ActivationBytes => (Nibbles ? 4 : 3) * RegisterBytes;
}
