using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>Turns a row of float32 into the types we write: F32, F16, BF16, Q8_0 and Q4_0, the last two as the GGUF reference encoder rounds.</summary>
internal static unsafe class BlockEncoder
{
    private const int Block = 32;

    public static bool Supports(DType dtype) => dtype is DType.F32 or DType.F16 or DType.BF16 or DType.Q8_0 or DType.Q4_0;

    /// <param name="elements">A whole number of blocks.</param>
    public static void EncodeRow(DType dtype, float* source, byte* destination, long elements)
    {
        if (elements % dtype.BlockElements() != 0)
            throw new ArgumentException($"{elements} elements are no whole number of {dtype} blocks", nameof(elements));
        switch (dtype)
        {
            case DType.F32:
                Buffer.MemoryCopy(source, destination, elements * 4, elements * 4);
                break;
            case DType.F16:
                for (long i = 0; i < elements; i++)
                    WriteHalf(destination + 2 * i, source[i]);
                break;
            case DType.BF16:
                for (long i = 0; i < elements; i++)
                    Unsafe.WriteUnaligned(destination + 2 * i, BFloat16(source[i]));
                break;
            case DType.Q8_0:
                for (long i = 0; i < elements; i += Block, source += Block, destination += DType.Q8_0.BlockBytes())
                    EncodeQ8_0(source, destination);
                break;
            case DType.Q4_0:
                for (long i = 0; i < elements; i += Block, source += Block, destination += DType.Q4_0.BlockBytes())
                    EncodeQ4_0(source, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no encoder for this element type");
        }
    }

    /// <summary>Round to nearest, ties to even; a NaN stays one.</summary>
    public static ushort BFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)(bits >> 16 | 0x40);
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>d = largest magnitude / 127; q is rounded half away from zero, with the reciprocal of d before d was rounded to f16.</summary>
    private static void EncodeQ8_0(float* x, byte* block)
    {
        var largest = 0f;
        for (var i = 0; i < Block; i++)
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        var d = largest / 127;
        var inverse = d != 0 ? 1 / d : 0;
        WriteHalf(block, d);
        for (var i = 0; i < Block; i++)
            block[2 + i] = (byte)(sbyte)MathF.Round(x[i] * inverse, MidpointRounding.AwayFromZero);
    }

    /// <summary>The element of largest magnitude becomes -8 exactly, so d may be negative; the others are rounded half up and cut at 7.</summary>
    private static void EncodeQ4_0(float* x, byte* block)
    {
        var largest = 0f;
        for (var i = 0; i < Block; i++)
        {
            if (MathF.Abs(x[i]) > MathF.Abs(largest))
                largest = x[i];
        }
        var d = largest / -8;
        var inverse = d != 0 ? 1 / d : 0;
        WriteHalf(block, d);
        for (var i = 0; i < 16; i++)
            block[2 + i] = (byte)(Nibble(x[i]) | Nibble(x[i + 16]) << 4);

        int Nibble(float value) => Math.Min(15, (int)(value * inverse + 8.5f));
    }

    private static void WriteHalf(byte* destination, float value) => BinaryPrimitives.WriteHalfLittleEndian(new Span<byte>(destination, 2), (Half)value);
}
