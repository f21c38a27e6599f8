using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Emitted;

/// <summary>What a group's header in a panel holds, besides the integers' width: the code differs for each.</summary>
internal enum PanelNumbers
{
    /// <summary>Float16 scales.</summary>
    Halves,

    /// <summary>Float16 scales, then float16 minima.</summary>
    HalvesAndMinima,

    /// <summary>Float16 scales, then int16 zero points.</summary>
    HalvesAndZeros,

    /// <summary>Float32 scales.</summary>
    Singles,

    /// <summary>Float32 scales, then int16 zero points.</summary>
    SinglesAndZeros,

    /// <summary>Of Q4_K and Q5_K: d and dmin, then bytes for each block.</summary>
    Blocks,

    /// <summary>Of Q6_K: d, then a signed byte for each half of a block.</summary>
    HalfBlocks,
}

/// <summary>How panels lie, as far as <see cref="EmittedPanels"/> has a code of its own for it.</summary>
/// <param name="Bits">Of an integer.</param>
/// <param name="Numbers">What a header holds.</param>
/// <param name="OneBlock">Whether each block has a header of its own.</param>
internal readonly record struct PanelForm(int Bits, PanelNumbers Numbers, bool OneBlock)
{
    private const int HalfBytes = sizeof(ushort) * PanelLayout.Rows;

    /// <summary>All for which there is code.</summary>
    public static readonly PanelForm[] All =
    [
        new(4, PanelNumbers.Halves, true),
        new(4, PanelNumbers.Halves, false),
        new(4, PanelNumbers.HalvesAndMinima, true),
        new(4, PanelNumbers.HalvesAndZeros, true),
        new(4, PanelNumbers.HalvesAndZeros, false),
        new(4, PanelNumbers.Singles, true),
        new(4, PanelNumbers.Singles, false),
        new(4, PanelNumbers.SinglesAndZeros, true),
        new(4, PanelNumbers.SinglesAndZeros, false),
        new(4, PanelNumbers.Blocks, false),
        new(5, PanelNumbers.Halves, true),
        new(5, PanelNumbers.Blocks, false),
        new(6, PanelNumbers.HalfBlocks, false),
        new(8, PanelNumbers.Halves, true),
        new(8, PanelNumbers.Halves, false),
        new(8, PanelNumbers.Singles, true),
        new(8, PanelNumbers.Singles, false),
    ];

    /// <summary>[bits, numbers, one block] of each of <see cref="All"/>.</summary>
    private static readonly byte[] Numbered = Number();

    /// <summary>In <see cref="All"/>.</summary>
    public int Index => Numbered[Place];

    /// <summary>Bytes of a header.</summary>
    public int HeaderBytes => Numbers switch
    {
        PanelNumbers.Halves => HalfBytes,
        PanelNumbers.HalvesAndMinima or PanelNumbers.HalvesAndZeros => 2 * HalfBytes,
        PanelNumbers.Singles => 2 * HalfBytes,
        PanelNumbers.SinglesAndZeros => 3 * HalfBytes,
        PanelNumbers.Blocks => 2 * HalfBytes + 16 * PanelLayout.Rows,
        _ => HalfBytes + 16 * PanelLayout.Rows,
    };

    public bool HasZeros => Numbers is PanelNumbers.HalvesAndZeros or PanelNumbers.SinglesAndZeros;

    public bool HasMinima => Numbers is PanelNumbers.HalvesAndMinima or PanelNumbers.Blocks;

    /// <summary>
    /// What a block's sum begins at is its offset, -128 times the sum of its activations, shifted to the right by so many bits: what stands for zero (bytes are raised by 128) times that sum. Of <see cref="HasZeros"/> zero points are
    /// multiplied with it. Of no meaning with minima and half blocks.
    /// </summary>
    public int OffsetShift => HasZeros ? 7 : Bits switch { 4 => 4, 5 => 3, _ => 0 };

    /// <summary>How a weight's panels lie.</summary>
    public static PanelForm Of(in PanelLayout layout)
    {
        var isSingle = layout.HeaderHalves == 0;
        var hasMore = layout.HeaderBytes > (isSingle ? 2 : 1) * HalfBytes;
        var numbers = layout.DType switch
        {
            DType.Q4_K or DType.Q5_K => PanelNumbers.Blocks,
            DType.Q6_K => PanelNumbers.HalfBlocks,
            DType.Q4_1 => PanelNumbers.HalvesAndMinima,
            _ when isSingle => hasMore ? PanelNumbers.SinglesAndZeros : PanelNumbers.Singles,
            _ => hasMore ? PanelNumbers.HalvesAndZeros : PanelNumbers.Halves,
        };
        return new PanelForm(layout.Bits, numbers, layout.GroupBlocks == 1 && numbers is not (PanelNumbers.Blocks or PanelNumbers.HalfBlocks));
    }

    private int Place => ((Bits - 4) * ((int)PanelNumbers.HalfBlocks + 1) + (int)Numbers) * 2 + (OneBlock ? 1 : 0);

    private static byte[] Number()
    {
        var numbered = new byte[All.Max(form => form.Place) + 1];
        for (var i = 0; i < All.Length; i++)
            numbered[All[i].Place] = (byte)i;
        return numbered;
    }
}
