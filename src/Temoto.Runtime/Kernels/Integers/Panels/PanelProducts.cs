using Temoto.Tensors;
using Temoto.Tensors.Panels;

namespace Temoto.Kernels.Integers.Panels;

/// <summary>Products of weights in panels: the kernel of each element type.</summary>
internal static unsafe class PanelProducts
{
    /// <summary>Tokens that meet panels as they lie with every set; of more, sets with wider products than AVX2's lay rows out for those.</summary>
    public const int FewTokens = 8;

    /// <summary>Whether there is a kernel for a weight once it lies in panels.</summary>
    public static bool Takes(Tensor weight) => IntegerDot.Takes(weight) && PanelLayout.Of(weight) is not null;

    /// <summary>Scratch floats of <see cref="MatMul"/>.</summary>
    public static long ScratchFloats(long columns) => PanelDot<Q6KPanel>.ScratchFloats(columns);

    /// <inheritdoc cref="IntegerDot.MatMul"/>
    /// <param name="scratch"><see cref="ScratchFloats"/>.</param>
    public static void MatMul(Tensor weight, PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        switch (weight.DType)
        {
            case DType.Q4_0:
                PanelDot<NibblePanel<HalfScales>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_1:
                PanelDot<Q41Panel>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q5_0:
                PanelDot<Q5Panel>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q8_0:
                PanelDot<BytePanel<HalfScales>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_K:
                PanelDot<KPanel<FourBits>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q5_K:
                PanelDot<KPanel<FiveBits>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q6_K:
                PanelDot<Q6KPanel>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I4 or DType.I8 when weight.Scales!.Scales.DType == DType.F16:
                MatMul<HalfScales>(weight, panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I4 or DType.I8:
                MatMul<SingleScales>(weight, panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(weight), weight.DType, "no products of panels of this element type");
        }
    }

    private static void MatMul<TScales>(Tensor weight, PanelRows panels, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TScales : struct, IPanelScales
    {
        if (weight.DType == DType.I8)
            PanelDot<BytePanel<TScales>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        else if (weight.Scales!.Zeros is null)
            PanelDot<NibblePanel<TScales>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
        else
            PanelDot<ZeroedNibblePanel<TScales>>.MatMul(panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
    }
}
