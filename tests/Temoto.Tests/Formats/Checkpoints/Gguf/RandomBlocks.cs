using System.Buffers.Binary;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

/// <summary>Seeded bytes of any block type: quants, scales and minima random, the float16 factors set so that values are finite and of a given size.</summary>
internal static unsafe class RandomBlocks
{
    /// <summary>Byte offsets of the float16 factors in a block, and their size relative to the first one (which centres the values round zero).</summary>
    private static (int Offset, float Relative)[] Factors(DType dtype) => dtype switch
    {
        DType.Q8_0 or DType.Q4_0 or DType.Q5_0 => [(0, 1)],
        DType.Q4_1 => [(0, 1), (2, -7.5f)],
        DType.Q5_1 => [(0, 1), (2, -15.5f)],
        DType.Q2_K => [(80, 1), (82, 1.5f)],
        DType.Q3_K => [(108, 1)],
        DType.Q4_K => [(0, 1), (2, 7.5f)],
        DType.Q5_K => [(0, 1), (2, 15.5f)],
        DType.Q6_K => [(208, 1)],
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "no block type"),
    };

    /// <summary>Blocks whose decoded values have about the given standard deviation.</summary>
    public static byte[] Make(DType dtype, long elements, float standardDeviation, Random random)
    {
        var bytes = new byte[dtype.RowBytes(elements)];
        random.NextBytes(bytes);
        SetFactors(dtype, bytes, 1);
        var values = new float[elements];
        fixed (byte* source = bytes)
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(dtype, source, destination, elements);
        var measured = Math.Sqrt(values.Sum(value => (double)value * value) / elements);
        SetFactors(dtype, bytes, (float)(standardDeviation / measured));
        return bytes;
    }

    private static void SetFactors(DType dtype, byte[] bytes, float factor)
    {
        for (var block = 0; block < bytes.Length; block += dtype.BlockBytes())
        {
            foreach (var (offset, relative) in Factors(dtype))
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(block + offset), (Half)(factor * relative));
        }
    }
}
