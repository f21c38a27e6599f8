namespace Temoto.Tensors;

/// <summary>Element types as they lie in files. Block types (GGUF) store several elements in one block with shared scales.</summary>
internal enum DType
{
    F32,
    F16,
    BF16,
    F8E4M3,
    F8E5M2,
    I8,
    U8,
    I16,
    I32,
    I64,
    F64,
    Bool,

    /// <summary>Two unsigned 4-bit integers per byte, the first in the low nibble. Ours: no file format names it.</summary>
    I4,
    Q8_0,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
    IQ4_XS,
    MXFP4,
    NVFP4,
    TQ1_0,
    TQ2_0,
    IQ3_XXS,
    IQ3_S,
    IQ2_XXS,
    IQ2_XS,
    IQ2_S,
    IQ1_S,
    IQ1_M,
}

/// <summary>Sizes of the element types: a block of <see cref="BlockElements"/> elements takes <see cref="BlockBytes"/> bytes.</summary>
internal static class DTypeSizes
{
    /// <summary>Elements stored together; 1 for plain types, 32, 64 or 256 for block types.</summary>
    public static int BlockElements(this DType dtype) => dtype switch
    {
        DType.I4 => 2,
        DType.Q8_0 or DType.Q4_0 or DType.Q4_1 or DType.Q5_0 or DType.Q5_1 or DType.IQ4_NL or DType.MXFP4 => 32,
        DType.NVFP4 => 64,
        DType.Q2_K or DType.Q3_K or DType.Q4_K or DType.Q5_K or DType.Q6_K
            or DType.IQ4_XS or DType.TQ1_0 or DType.TQ2_0 or DType.IQ3_XXS or DType.IQ3_S or DType.IQ2_XXS or DType.IQ2_XS or DType.IQ2_S or DType.IQ1_S or DType.IQ1_M => 256,
        _ => 1,
    };

    /// <summary>Bytes of one block.</summary>
    public static int BlockBytes(this DType dtype) => dtype switch
    {
        DType.F32 or DType.I32 => 4,
        DType.F16 or DType.BF16 or DType.I16 => 2,
        DType.F8E4M3 or DType.F8E5M2 or DType.I8 or DType.U8 or DType.Bool or DType.I4 => 1,
        DType.I64 or DType.F64 => 8,
        DType.Q8_0 => 34,   // f16 scale + 32 int8
        DType.Q4_0 => 18,   // f16 scale + 32 nibbles
        DType.Q4_1 => 20,   // f16 scale, f16 minimum + 32 nibbles
        DType.Q5_0 => 22,   // f16 scale + 32 high bits + 32 nibbles
        DType.Q5_1 => 24,   // f16 scale, f16 minimum + 32 high bits + 32 nibbles
        DType.Q2_K => 84,
        DType.Q3_K => 110,
        DType.Q4_K => 144,
        DType.Q5_K => 176,
        DType.Q6_K => 210,
        DType.IQ4_NL => 18,
        DType.IQ4_XS => 136,
        DType.MXFP4 => 17,
        DType.NVFP4 => 36,
        DType.TQ1_0 => 54,
        DType.TQ2_0 => 66,
        DType.IQ3_XXS => 98,
        DType.IQ3_S => 110,
        DType.IQ2_XXS => 66,
        DType.IQ2_XS => 74,
        DType.IQ2_S => 82,
        DType.IQ1_S => 50,
        DType.IQ1_M => 56,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no such element type"),
    };

    /// <summary>Bytes of <paramref name="elements"/> elements in a row; the count must be a whole number of blocks.</summary>
    public static long RowBytes(this DType dtype, long elements) => checked(elements / dtype.BlockElements() * dtype.BlockBytes());
}
