using static Temoto.Kernels.Emitted.RowsLayout;

namespace Temoto.Kernels.Emitted;

/// <summary>How rows of integer weights lie, and their scales and zero points, for <see cref="EmittedRows"/>; tools/emit writes its code by the same flags. A unit is a register of weights: two blocks of 32 bytes, or four of nibbles.</summary>
[Flags]
internal enum RowsLayout
{
    /// <summary>Weights are bytes, with a scale for each unit. What follows says what is otherwise.</summary>
    Bytes = 0,

    Nibbles = 1 << 0,

    /// <summary>A half float scale in front of each block.</summary>
    BlockScales = 1 << 1,

    /// <summary>Two scales for each unit.</summary>
    TwoScales = 1 << 2,

    /// <summary>Four scales for each unit.</summary>
    FourScales = 1 << 3,

    /// <summary>A scale for each row.</summary>
    RowScale = 1 << 4,

    /// <summary>A zero point for each scale, two in a byte.</summary>
    Zeros = 1 << 5,

    /// <summary>Rows are in the escape code.</summary>
    Ids = 1 << 6,

    /// <summary>They have escapes.</summary>
    Escapes = 1 << 7,
}

/// <summary>Which layouts there is code for, and what follows from a layout.</summary>
internal static class RowsLayouts
{
    public const int RegisterBytes = 64;

    /// <summary>Those of plain rows, in the order of their code.</summary>
    public static readonly RowsLayout[] Plain =
    [
        Nibbles | BlockScales,
        Bytes | BlockScales,
        Nibbles,
        Nibbles | TwoScales,
        Nibbles | FourScales,
        Bytes,
        Bytes | TwoScales,
        Nibbles | Zeros,
        Nibbles | TwoScales | Zeros,
        Nibbles | FourScales | Zeros,
    ];

    /// <summary>All, in the order of their code: plain rows, rows of IDs with escapes, and without.</summary>
    public static readonly RowsLayout[] All = [.. Plain, .. OfIds(Ids | Escapes), .. OfIds(Ids)];

    /// <summary>By layout: 1 + its place in <see cref="All"/>; 0 where there is no code.</summary>
    private static readonly byte[] Places = NewPlaces();

    /// <summary>Whether there is code for a layout.</summary>
    public static bool HasCode(this RowsLayout layout) => Places[(int)layout] > 0;

    /// <summary>The number of a layout's code.</summary>
    public static int Number(this RowsLayout layout) => Places[(int)layout] - 1;

    public static int UnitBlocks(this RowsLayout layout) => layout.HasFlag(Nibbles) ? 4 : 2;

    /// <summary>The weights of a unit with the scales between them.</summary>
    public static int UnitBytes(this RowsLayout layout) => RegisterBytes + (layout.HasFlag(BlockScales) ? sizeof(ushort) * layout.UnitBlocks() : 0);

    /// <summary>Scales of a unit that lie by themselves, those of other units behind them.</summary>
    public static int UnitScales(this RowsLayout layout) => layout switch
    {
        _ when (layout & (BlockScales | RowScale)) != 0 => 0,
        _ when layout.HasFlag(FourScales) => 4,
        _ when layout.HasFlag(TwoScales) => 2,
        _ => 1,
    };

    /// <summary>Activations that meet a unit: one or two registers of integers, offsets, scales.</summary>
    public static int ActivationBytes(this RowsLayout layout) => (layout.HasFlag(Nibbles) ? 4 : 3) * RegisterBytes;

    private static RowsLayout[] OfIds(RowsLayout ids) =>
    [
        ids | Nibbles,
        ids | Nibbles | TwoScales,
        ids | Nibbles | FourScales,
        ids | Nibbles | RowScale,
        ids | Bytes,
        ids | Bytes | TwoScales,
        ids | Bytes | RowScale,
    ];

    private static byte[] NewPlaces()
    {
        var places = new byte[(int)Escapes << 1];
        for (var i = 0; i < All.Length; i++)
            places[(int)All[i]] = (byte)(i + 1);
        // Plain rows with one scale are units whose scales lie 0 bytes apart.
        places[(int)(Nibbles | RowScale)] = places[(int)Nibbles];
        places[(int)(Bytes | RowScale)] = places[(int)Bytes];
        return places;
    }
}
