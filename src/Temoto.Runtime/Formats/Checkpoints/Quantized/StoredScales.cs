using System.Runtime.CompilerServices;
using Temoto.Tensors;

namespace Temoto.Formats.Checkpoints.Quantized;

/// <summary>Scales as published formats store them, F16, BF16 or F32, and as an integer weight has them in memory, F16 or F32. They may lie unaligned.</summary>
internal static unsafe class StoredScales
{
    /// <summary>What they become: float16 stays, bfloat16 has numbers that only float32 holds as well.</summary>
    public static DType TypeInMemory(Tensor scales) => scales.DType == DType.F16 ? DType.F16 : DType.F32;

    /// <summary>Scale <paramref name="from"/> of a file to place <paramref name="to"/> in memory.</summary>
    public static void Copy(Tensor scales, long from, byte* destination, long to)
    {
        if (scales.DType == DType.F16)
            ((ushort*)destination)[to] = Unsafe.ReadUnaligned<ushort>(scales.Data + from * sizeof(ushort));
        else
            ((float*)destination)[to] = Read(scales, from);
    }

    public static float Read(Tensor scales, long index) => scales.DType switch
    {
        DType.F16 => (float)Unsafe.ReadUnaligned<Half>(scales.Data + index * sizeof(ushort)),
        DType.BF16 => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(scales.Data + index * sizeof(ushort)) << 16),
        _ => Unsafe.ReadUnaligned<float>(scales.Data + index * sizeof(float)),
    };

    /// <summary>Where the next part of a layer's memory begins.</summary>
    public static long Aligned(long offset) => (offset + 63) / 64 * 64;
}
