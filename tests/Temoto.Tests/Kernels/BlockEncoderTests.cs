using System.Runtime.InteropServices;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels;

public sealed unsafe class BlockEncoderTests
{
    private static readonly DType[] Types = [DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0];

    [Fact]
    public void EqualsTheReferenceEncoderByteForByte()
    {
        var random = new Random(3);
        var rows = new List<float[]> { new float[32], Enumerable.Repeat(-1f, 32).ToArray(), Enumerable.Range(0, 32).Select(i => i - 16f).ToArray() };
        // Ties: halves between quants (d = 1 in Q8_0 and in Q4_0), and float32 half way between two float16 or bfloat16.
        rows.Add([127, 0.5f, 1.5f, -0.5f, -1.5f, 2.5f, -2.5f, .. Enumerable.Repeat(3.5f, 25)]);
        rows.Add([-8, 0.5f, 1.5f, -0.5f, -1.5f, 2.5f, -2.5f, .. Enumerable.Repeat(7.5f, 25)]);
        rows.Add([.. Enumerable.Range(0, 32).Select(i => BitConverter.UInt32BitsToSingle((i < 16 ? 0x3F808000u : 0x3F801000u) + (uint)(i % 16) * (i < 16 ? 0x10000u : 0x2000u)))]);
        foreach (var scale in new[] { 1e-6f, 0.02f, 1f, 300f })
        {
            for (var row = 0; row < 20; row++)
                rows.Add([.. Enumerable.Range(0, 32).Select(_ => scale * (random.NextSingle() + random.NextSingle() - 1))]);
        }
        float[] values = [.. rows.SelectMany(row => row)];
        var base64 = Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan()));
        var lines = Oracle.Python("gguf_dequantize.py", string.Concat(Types.Select(dtype => $"{dtype} {base64}\n")), "encode").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (dtype, line) in Types.Zip(lines))
            Assert.Equal(line, Convert.ToHexStringLower(Encode(dtype, values)));
    }

    [Fact]
    public void DecodingGivesBackWhatTheStepAllows()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 32).Select(_ => random.NextSingle() * 2 - 1).ToArray();
        var largest = values.Max(MathF.Abs);
        // Half a step of the rounded scale, plus what rounding the scale to float16 (2^-11) moves the largest quant by.
        foreach (var (dtype, bound) in new[] { (DType.F32, 0f), (DType.F16, largest / 2048), (DType.BF16, largest / 256), (DType.Q8_0, largest / 127 / 2 + largest / 2048), (DType.Q4_0, largest / 8 + largest / 2048) })
        {
            var encoded = Encode(dtype, values);
            var decoded = new float[values.Length];
            fixed (byte* source = encoded)
            fixed (float* destination = decoded)
                BlockDecoder.DecodeRow(dtype, source, destination, decoded.Length);
            for (var i = 0; i < values.Length; i++)
                Assert.True(MathF.Abs(values[i] - decoded[i]) <= bound, $"{dtype}: {values[i]} became {decoded[i]}");
        }
    }

    [Fact]
    public void BFloat16KeepsNaNsAndInfinities()
    {
        Assert.True(float.IsNaN(BlockDecoder.BFloat16(BlockEncoder.BFloat16(BitConverter.UInt32BitsToSingle(0x7F800001)))));
        Assert.Equal(float.NegativeInfinity, BlockDecoder.BFloat16(BlockEncoder.BFloat16(float.NegativeInfinity)));
        Assert.Equal(float.PositiveInfinity, BlockDecoder.BFloat16(BlockEncoder.BFloat16(float.MaxValue)));
    }

    [Fact]
    public void RefusesWhatItCannotWrite()
    {
        Assert.False(BlockEncoder.Supports(DType.Q4_K));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(DType.Q4_K, new float[256]));
        Assert.Throws<ArgumentException>(() => Encode(DType.Q8_0, new float[31]));
    }

    private static byte[] Encode(DType dtype, float[] values)
    {
        var bytes = new byte[dtype.RowBytes(values.Length)];
        fixed (float* source = values)
        fixed (byte* destination = bytes)
            BlockEncoder.EncodeRow(dtype, source, destination, values.Length);
        return bytes;
    }
}
