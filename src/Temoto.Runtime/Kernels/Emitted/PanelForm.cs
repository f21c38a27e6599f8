using Temoto.Kernels.Integers.Panels;

namespace Temoto.Kernels.Emitted;

/// <summary>How panels lie, as far as <see cref="EmittedPanels"/> has a code of its own for it: what an <see cref="IPanelKind"/> says, as values.</summary>
/// <param name="OneBlock">Whether each block has a header of its own.</param>
internal readonly record struct PanelForm(int Bits, int HeaderBytes, bool HasSingles, bool HasZeros, bool HasMinima, bool HasBlockScales, bool OneBlock)
{
    /// <summary>All for which there is code.</summary>
    public static readonly PanelForm[] All =
    [
        Of<NibblePanel<HalfScales>>(true),
        Of<NibblePanel<HalfScales>>(false),
        Of<Q41Panel>(true),
        Of<ZeroedNibblePanel<HalfScales>>(true),
        Of<ZeroedNibblePanel<HalfScales>>(false),
        Of<NibblePanel<SingleScales>>(true),
        Of<NibblePanel<SingleScales>>(false),
        Of<ZeroedNibblePanel<SingleScales>>(true),
        Of<ZeroedNibblePanel<SingleScales>>(false),
        Of<KPanel<FourBits>>(false),
        Of<Q5Panel>(true),
        Of<KPanel<FiveBits>>(false),
        Of<Q6KPanel>(false),
        Of<BytePanel<HalfScales>>(true),
        Of<BytePanel<HalfScales>>(false),
        Of<BytePanel<SingleScales>>(true),
        Of<BytePanel<SingleScales>>(false),
    ];

    public static PanelForm Of<TKind>(bool oneBlock)
        where TKind : struct, IPanelKind => new(TKind.Bits, TKind.HeaderBytes, TKind.HasSingles, TKind.HasZeros, TKind.HasMinima, TKind.HasBlockScales, oneBlock);

    /// <summary>Where <see cref="Of"/> stands in <see cref="All"/>.</summary>
    public static int IndexOf<TKind>(bool oneBlock)
        where TKind : struct, IPanelKind => oneBlock ? Index<TKind>.OfOneBlock : Index<TKind>.OfMany;

    /// <summary>Looked up once for each kind.</summary>
    private static class Index<TKind>
        where TKind : struct, IPanelKind
    {
        public static readonly int OfOneBlock = Array.IndexOf(All, Of<TKind>(true)), OfMany = Array.IndexOf(All, Of<TKind>(false));
    }
}
