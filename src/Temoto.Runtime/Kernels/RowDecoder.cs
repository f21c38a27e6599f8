using Temoto.Tensors;

namespace Temoto.Kernels;

/// <summary>Decodes stored rows to float32; the specification of every element type.</summary>
internal static unsafe class RowDecoder
{
    public static void DecodeRow(DType dtype, byte* source, float* destination, long elements)
    {
        for (long i = 0; i < elements; i++)
        {
            destination[i] = dtype switch
            {
                DType.F32 => ((float*)source)[i],
                DType.F16 => (float)((Half*)source)[i],
                DType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[i] << 16),
                _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no decoder"),
            };
        }
    }
}
