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
        DType.TQ1_0 => [(52, 1)],
        DType.TQ2_0 => [(64, 1)],
        DType.IQ4_NL or DType.IQ4_XS or DType.IQ3_XXS or DType.IQ3_S or DType.IQ2_XXS or DType.IQ2_XS or DType.IQ2_S or DType.IQ1_S => [(0, 1)],
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

    /// <summary>E4M3 without a sign, its mantissa as it is, half of which is the scale.</summary>
    private static void SetFloatExponents(Span<byte> scales, float factor)
    {
        var exponent = Math.Clamp((int)Math.Round(Math.Log2(factor)) + 8, 1, 14);
        foreach (ref var scale in scales)
            scale = (byte)(exponent << 3 | scale & 7);
    }

    /// <summary>In the top four bits of each of four words.</summary>
    private static void SetNibbles(Span<byte> words, ushort half)
    {
        for (var i = 0; i < 4; i++)
            words[2 * i + 1] = (byte)(words[2 * i + 1] & 0xF | (half >> 4 * i & 0xF) << 4);
    }

    private static void SetFactors(DType dtype, byte[] bytes, float factor)
    {
        for (var block = 0; block < bytes.Length; block += dtype.BlockBytes())
        {
            var at = bytes.AsSpan(block, dtype.BlockBytes());
            if (dtype == DType.MXFP4)
                at[0] = (byte)(128 + Math.Round(Math.Log2(factor)));
            else if (dtype == DType.NVFP4)
                SetFloatExponents(at[..4], factor);
            else if (dtype == DType.IQ1_M)
                SetNibbles(at[48..], BitConverter.HalfToUInt16Bits((Half)factor));
            else
            {
                foreach (var (offset, relative) in Factors(dtype))
                    BinaryPrimitives.WriteHalfLittleEndian(at[offset..], (Half)(factor * relative));
            }
        }
    }
}
