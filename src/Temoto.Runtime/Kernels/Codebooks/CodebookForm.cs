using Temoto.Tensors;

namespace Temoto.Kernels.Codebooks;

/// <summary>
/// What weights of <see cref="CodebookBlocks"/> are to integer products: rows of a type that these know, with the same values bit for bit, decoded from the blocks when they are needed.
/// IQ4_NL is Q8_0; TQ1_0 and TQ2_0 are Q4_0; MXFP4 is Q5_0, where float16 has all its scales; IQ3_S is Q5_K; other types with a scale for each 32 columns are I8 with float32 scales. None: types with a scale for each 16, which stay floats.
/// </summary>
internal static unsafe class CodebookForm
{
    private const int BlockColumns = 32;

    /// <summary>Least and largest MXFP4 exponents whose scale float16 has as a normal number, and raised as panels have it: 2^-14 and 2^5.</summary>
    private const int LeastExponent = 114, LargestExponent = 133;

    /// <summary>Null where <paramref name="weight"/> has no such form.</summary>
    /// <param name="memory">Of scales in a plane of their own, which the caller owns; null where there are none.</param>
    public static Tensor? Of(Tensor weight, out NativeBuffer? memory)
    {
        memory = null;
        if (weight.Encoded is not null || weight.Shape.Length < 2 || weight.Columns == 0)
            return null;
        switch (weight.DType)
        {
            case DType.IQ4_NL:
                return As(DType.Q8_0, weight);
            case DType.TQ1_0 or DType.TQ2_0:
                return As(DType.Q4_0, weight);
            case DType.MXFP4 when HasHalfScales(weight):
                return As(DType.Q5_0, weight);
            case DType.IQ3_S:
                return As(DType.Q5_K, weight);
            case DType.MXFP4 or DType.IQ4_XS or DType.IQ3_XXS or DType.IQ2_XXS or DType.IQ1_S:
                memory = new NativeBuffer(weight.Rows * (weight.Columns / BlockColumns) * sizeof(float));
                return AsIntegers(weight, memory);
            default:
                return null;
        }
    }

    private static Tensor As(DType dtype, Tensor weight) => new(weight.Name, dtype, weight.Shape, new CodebookRows(weight, dtype)) { InputGrid = weight.InputGrid };

    private static Tensor AsIntegers(Tensor weight, NativeBuffer memory)
    {
        var groups = weight.Columns / BlockColumns;
        Parallel.For(0, weight.Rows, row => ReadScales(weight, row, memory.Floats + row * groups));
        var scales = new Tensor($"{weight.Name}.scales", DType.F32, [weight.Rows, groups], memory.Data, memory.ByteLength, memory);
        return As(DType.I8, weight).With(new GroupScales(DType.I8, BlockColumns, scales, null));
    }

    private static void ReadScales(Tensor weight, long row, float* destination)
    {
        var integers = stackalloc sbyte[CodebookBlocks.MostElements];
        var scales = stackalloc float[CodebookBlocks.MostElements / CodebookBlocks.GroupColumns];
        var blockElements = weight.DType.BlockElements();
        var block = weight.Row(row);
        for (long column = 0; column < weight.Columns; column += blockElements, block += weight.DType.BlockBytes())
        {
            CodebookBlocks.Read(weight.DType, block, integers, scales);
            for (var group = 0; group < blockElements / BlockColumns; group++)
                *destination++ = scales[2 * group];
        }
    }

    private static bool HasHalfScales(Tensor weight)
    {
        var (blockBytes, rowBytes) = (weight.DType.BlockBytes(), weight.RowBytes);
        return Parallel.For(0, weight.Rows, (row, state) =>
        {
            var data = weight.Row(row);
            for (long at = 0; at < rowBytes; at += blockBytes)
            {
                if (data[at] > LargestExponent || data[at] < LeastExponent && !IsZero(data + at + 1))
                {
                    state.Stop();
                    return;
                }
            }
        }).IsCompleted;
    }

    /// <summary>Blocks of zeros (of either sign) have the least exponent, or any.</summary>
    private static bool IsZero(byte* nibbles) => ((((ulong*)nibbles)[0] | ((ulong*)nibbles)[1]) & 0x7777777777777777) == 0;
}
