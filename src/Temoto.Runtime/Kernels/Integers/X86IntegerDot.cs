using System.Runtime.Intrinsics;
using Temoto.Kernels.Floats;
using Temoto.Kernels.Integers.Panels;
using Temoto.Tensors;

namespace Temoto.Kernels.Integers;

/// <summary>What integer products on x86 share: rounding activations, and one token. Several tokens are the matter of each instruction set.</summary>
/// <typeparam name="TProducts">Products of bytes in 256-bit registers.</typeparam>
/// <param name="wideNibbles">Whether the processor has 512-bit byte multiplication (AVX-512BW), which is faster for nibbles.</param>
internal abstract unsafe partial class X86IntegerDot<TProducts>(bool wideNibbles) : IntegerDot
    where TProducts : struct, IByteProducts
{
    private protected const int BlockColumns = QuantizedRow.BlockColumns;

    private protected bool WideNibbles => wideNibbles;

    public override int MostPanelTokens => PanelProducts.FewTokens;

    public override bool ReadsPastCaches => true;

    public sealed override void MatMul(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        if (weight.Encoded?.Panels is { } panels && tokens <= MostPanelTokens)
        {
            PanelProducts.MatMul<TProducts>(weight, panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        if (tokens > 1 && weight.DType is not (DType.Q4_K or DType.Q5_K or DType.Q6_K))
        {
            MatMulPanels(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        var rows = (int)(rowEnd - rowStart);
        var plain = weight.PlainRows(rowStart, rowEnd, (byte*)(scratch + DecodeFloats(weight.Columns)));
        if (tokens == 1)
            MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
        else
            MatMulK(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
    }

    /// <summary>One token.</summary>
    private void MatVec(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, float* y, float* scratch)
    {
        switch (weight.DType)
        {
            case DType.Q8_0:
                ByteDecode<TProducts, Q8Block>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q5_0:
                ByteDecode<TProducts, Q5Block>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.I8:
                ByteDecode<TProducts, I8Block>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q4_0 when wideNibbles:
                NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, Q4Nibbles>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q4_0:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, Q4Nibbles>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q4_1:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, Q41Nibbles>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.I4 when wideNibbles:
                NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, I4Nibbles>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.I4:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, I4Nibbles>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q4_K:
                KQuantDot<TProducts, Q4KBlock>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q5_K:
                KQuantDot<TProducts, Q5KBlock>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            case DType.Q6_K:
                KQuantDot<TProducts, Q6KBlock>.MatVec(weight, rowStart, rows, plain, bias, x, y, scratch);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(weight), weight.DType, "no integer products of this element type");
        }
    }

    public sealed override void MatVecs(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        if (weight.Encoded?.Panels is { } panels)
        {
            PanelProducts.MatMul<TProducts>(weight, panels, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
            return;
        }
        var rows = (int)(rowEnd - rowStart);
        var plain = weight.PlainRows(rowStart, rowEnd, (byte*)(scratch + SequenceFloats(weight.Columns, tokens)));
        switch (weight.DType)
        {
            case DType.Q4_0 when wideNibbles:
                NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, Q4Nibbles>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_0:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, Q4Nibbles>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_1:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, Q41Nibbles>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I4 when wideNibbles:
                NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, I4Nibbles>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I4:
                NibbleDecode<Lanes256, NibbleLanes256<TProducts>, Vector256<float>, I4Nibbles>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q8_0:
                ByteDecode<TProducts, Q8Block>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q5_0:
                ByteDecode<TProducts, Q5Block>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I8:
                ByteDecode<TProducts, I8Block>.MatVecs(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            default:
                // The rows of a chunk stay in the core's cache while one token after the other meets them.
                for (var token = 0; token < tokens; token++)
                    MatVec(weight, rowStart, rows, plain, bias, x + token * QuantizedRow.Bytes(weight.Columns), y + token * yStride, scratch);
                break;
        }
    }

    /// <summary>Of the kernels, and the plain rows of an encoded weight.</summary>
    public sealed override long MatVecsScratchFloats(long columns, int rows, int tokens) => SequenceFloats(columns, tokens) + PlainBytes(columns, rows) / sizeof(float) + 1;

    private static long SequenceFloats(long columns, int tokens) =>
        Math.Max(DecodeFloats(columns), NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, I4Nibbles>.SequenceScratchFloats(columns, tokens));

    private static void MatMulK(Tensor weight, long rowStart, int rows, byte* plain, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        switch (weight.DType)
        {
            case DType.Q4_K:
                KQuantDot<TProducts, Q4KBlock>.MatMul(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q5_K:
                KQuantDot<TProducts, Q5KBlock>.MatMul(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
            default:
                KQuantDot<TProducts, Q6KBlock>.MatMul(weight, rowStart, rows, plain, bias, x, tokens, y, yStride, scratch);
                break;
        }
    }

    private void MatMulPanels(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
    {
        switch (weight.DType)
        {
            case DType.Q8_0:
                MatMulPanels<Q8Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q5_0:
                MatMulPanels<Q5Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_0:
                MatMulPanels<Q4Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.Q4_1:
                MatMulPanels<Q41Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            case DType.I8:
                MatMulPanels<I8Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
            default:
                MatMulPanels<I4Block>(weight, rowStart, rowEnd, bias, x, tokens, y, yStride, scratch);
                break;
        }
    }

    /// <summary><see cref="IntegerDot.MatMul"/> for two tokens or more and other types than K, equal to the specification bit for bit.</summary>
    private protected abstract void MatMulPanels<TBlock>(Tensor weight, long rowStart, long rowEnd, float* bias, byte* x, int tokens, float* y, long yStride, float* scratch)
        where TBlock : struct, IWeightBlock;

    /// <summary>Scratch floats for one token, and for K types, without the plain rows of an encoded weight.</summary>
    private protected static long DecodeFloats(long columns) =>
        Math.Max(
            Math.Max(columns % 256 == 0 ? KQuantDot<TProducts, Q6KBlock>.ScratchFloats(columns) : RowGroups.ScratchFloats(columns), NibbleDecode<Lanes512, NibbleLanes512, Vector512<float>, I4Nibbles>.ScratchFloats(columns)),
            PanelProducts.ScratchFloats(columns));
}
