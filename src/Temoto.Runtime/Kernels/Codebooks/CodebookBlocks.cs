using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>
/// GGUF's IQ, TQ, MXFP4 and NVFP4 types: a block is integers of at most seven bits and sign, looked up in a table, and a scale for every 16 or more of them. Every value is the product of the two,
/// rounded once to float32 (none of GGML's own products is wider than 24 bits, so their order does not matter). Layouts: docs/formats.md; source of the facts: ggml's quants (MIT).
/// </summary>
internal static unsafe class CodebookBlocks
{
    /// <summary>Columns that share a scale, at least.</summary>
    public const int GroupColumns = 16;

    /// <summary>Of the longest block.</summary>
    public const int MostElements = 256;

    public static bool Has(DType dtype) => dtype is DType.IQ4_NL or DType.IQ4_XS or DType.MXFP4 or DType.NVFP4 or DType.TQ1_0 or DType.TQ2_0
        or DType.IQ3_XXS or DType.IQ3_S or DType.IQ2_XXS or DType.IQ2_XS or DType.IQ2_S or DType.IQ1_S or DType.IQ1_M;

    /// <summary>Takes one block apart: value i is integers[i] * scales[i / 16].</summary>
    /// <param name="integers">[elements of a block].</param>
    /// <param name="scales">[elements of a block / 16].</param>
    public static void Read(DType dtype, byte* block, sbyte* integers, float* scales)
    {
        switch (dtype)
        {
            case DType.IQ4_NL:
                FourBitBlocks.ReadIQ4_NL(block, integers, scales);
                break;
            case DType.IQ4_XS:
                FourBitBlocks.ReadIQ4_XS(block, integers, scales);
                break;
            case DType.MXFP4:
                FourBitBlocks.ReadMXFP4(block, integers, scales);
                break;
            case DType.NVFP4:
                FourBitBlocks.ReadNVFP4(block, integers, scales);
                break;
            case DType.TQ1_0:
                TernaryBlocks.ReadTQ1_0(block, integers, scales);
                break;
            case DType.TQ2_0:
                TernaryBlocks.ReadTQ2_0(block, integers, scales);
                break;
            case DType.IQ3_XXS:
                ThreeBitBlocks.ReadIQ3_XXS(block, integers, scales);
                break;
            case DType.IQ3_S:
                ThreeBitBlocks.ReadIQ3_S(block, integers, scales);
                break;
            case DType.IQ2_XXS:
                TwoBitBlocks.ReadIQ2_XXS(block, integers, scales);
                break;
            case DType.IQ2_XS:
                TwoBitBlocks.ReadIQ2_XS(block, integers, scales);
                break;
            case DType.IQ2_S:
                TwoBitBlocks.ReadIQ2_S(block, integers, scales);
                break;
            case DType.IQ1_S:
                OneBitBlocks.ReadIQ1_S(block, integers, scales);
                break;
            case DType.IQ1_M:
                OneBitBlocks.ReadIQ1_M(block, integers, scales);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no table of integers");
        }
    }

    /// <summary>One block as floats.</summary>
    public static void Decode(DType dtype, byte* block, float* y)
    {
        var integers = stackalloc sbyte[MostElements];
        var scales = stackalloc float[MostElements / GroupColumns];
        Read(dtype, block, integers, scales);
        for (var i = 0; i < dtype.BlockElements(); i++)
            y[i] = integers[i] * scales[i / GroupColumns];
    }

    /// <summary>The same scale for the two groups of 32 columns.</summary>
    public static void Set(float* scales, int pair, float scale) => scales[2 * pair] = scales[2 * pair + 1] = scale;
}
