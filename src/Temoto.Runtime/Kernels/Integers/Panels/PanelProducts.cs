using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>Products of weights in panels: the kernel of each element type.</summary>
internal static unsafe class PanelProducts
{
    /// <summary>Tokens that meet panels as they lie; of more, sets with wider products than AVX2's that have none for panels lay rows out plain, which takes as long as the products of some hundred tokens.</summary>
    public const int FewTokens = 96;

    /// <summary>Whether there is a kernel for a weight once it lies in panels.</summary>
    public static bool Takes(Tensor weight) => IntegerDot.Takes(weight) && PanelLayout.Of(weight) is not null;

    /// <summary>Scratch floats of <see cref="MatMul"/>.</summary>
    public static long ScratchFloats(long columns) => PanelDot<Q6KPanel, Avx2Products>.ScratchFloats(columns);

    /// <inheritdoc cref="IntegerDot.MatMul"/>
    /// <param name="scratch"><see cref="ScratchFloats"/>.</param>
    /// <typeparam name="TProducts">Of bytes.</typeparam>
    public static void MatMul<TProducts>(Tensor weight, PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TProducts : struct, IByteProducts =>
        Call(weight, new Product<TProducts>(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch));

    /// <summary>Calls with what the integers of a weight stand for in panels.</summary>
    public static void Call<TCall>(Tensor weight, TCall call)
        where TCall : struct, IPanelCall
    {
        switch (weight.DType)
        {
            case DType.Q4_0:
                call.With<NibblePanel<HalfScales>>();
                break;
            case DType.Q4_1:
                call.With<Q41Panel>();
                break;
            case DType.Q5_0:
                call.With<Q5Panel>();
                break;
            case DType.Q8_0:
                call.With<BytePanel<HalfScales>>();
                break;
            case DType.Q4_K:
                call.With<KPanel<FourBits>>();
                break;
            case DType.Q5_K:
                call.With<KPanel<FiveBits>>();
                break;
            case DType.Q6_K:
                call.With<Q6KPanel>();
                break;
            case DType.I4 or DType.I8 when weight.Scales!.Scales.DType == DType.F16:
                Call<TCall, HalfScales>(weight, call);
                break;
            case DType.I4 or DType.I8:
                Call<TCall, SingleScales>(weight, call);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(weight), weight.DType, "no products of panels of this element type");
        }
    }

    private static void Call<TCall, TScales>(Tensor weight, TCall call)
        where TCall : struct, IPanelCall
        where TScales : struct, IPanelScales
    {
        if (weight.DType == DType.I8)
            call.With<BytePanel<TScales>>();
        else if (weight.Scales!.Zeros is null)
            call.With<NibblePanel<TScales>>();
        else
            call.With<ZeroedNibblePanel<TScales>>();
    }

    private readonly struct Product<TProducts>(PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch) : IPanelCall
        where TProducts : struct, IByteProducts
    {
        public void With<TKind>()
            where TKind : struct, IPanelKind => PanelDot<TKind, TProducts>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }
}

/// <summary>What is called with a weight's kind.</summary>
internal interface IPanelCall
{
    void With<TKind>()
        where TKind : struct, IPanelKind;
}
