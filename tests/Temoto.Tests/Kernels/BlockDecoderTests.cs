using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Temoto.Kernels;
using Temoto.Tensors;

namespace Temoto.Tests.Kernels;

public sealed unsafe class BlockDecoderTests
{
    [Fact]
    public void EveryTypeEqualsItsPublishedLayoutBitForBit()
    {
        var random = new Random(11);
        var cases = new List<(DType DType, byte[] Bytes)>();
        foreach (var dtype in Enum.GetValues<DType>().Where(dtype => !HasGrid(dtype)))
        {
            foreach (var blocks in new[] { 1, 2, 33 })
            {
                // Random bits everywhere: scales may be subnormal, infinite or NaN.
                var bytes = new byte[blocks * dtype.BlockBytes()];
                random.NextBytes(bytes);
                cases.Add((dtype, bytes));
            }
        }
        // Every 8-bit and 16-bit float there is.
        var all = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();
        cases.Add((DType.F8E4M3, all));
        cases.Add((DType.F8E5M2, all));
        var words = new byte[1 << 17];
        for (var i = 0; i < 1 << 16; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(words.AsSpan(2 * i), (ushort)i);
        cases.Add((DType.F16, words));
        cases.Add((DType.BF16, words));

        var lines = Oracle.Python("gguf_dequantize.py", string.Concat(cases.Select(c => $"{c.DType} {Convert.ToBase64String(c.Bytes)}\n"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(cases.Count, lines.Length);
        foreach (var ((dtype, bytes), line) in cases.Zip(lines))
        {
            var expected = MemoryMarshal.Cast<byte, float>(Convert.FromHexString(line)).ToArray();
            var actual = Decode(dtype, bytes);
            Assert.Equal(expected.Length, actual.Length);
            for (var i = 0; i < actual.Length; i++)
            {
                Assert.True(
                    float.IsNaN(expected[i]) && float.IsNaN(actual[i]) || BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                    $"{dtype}, element {i} of {actual.Length}: {actual[i]:R} where the layout says {expected[i]:R}");
            }
        }
    }

    /// <summary>What the script would need ggml's grids for: compared with values by another library, and with llama.cpp (CodebookBlocksTests, LlamaCppTests).</summary>
    private static bool HasGrid(DType dtype) => dtype is DType.IQ3_XXS or DType.IQ3_S or DType.IQ2_XXS or DType.IQ2_XS or DType.IQ2_S or DType.IQ1_S or DType.IQ1_M;

    [Fact]
    public void PlainValuesByHand()
    {
        Assert.Equal([448f, -448f, 0.001953125f, 0f, float.NaN], Decode(DType.F8E4M3, [0x7E, 0xFE, 0x01, 0x00, 0x7F]));
        Assert.Equal([57344f, float.PositiveInfinity, float.NegativeInfinity, 1.52587890625e-05f, float.NaN], Decode(DType.F8E5M2, [0x7B, 0x7C, 0xFC, 0x01, 0x7D]));
        Assert.Equal([1f, 0f, 1f], Decode(DType.Bool, [1, 0, 255]));
        Assert.Equal([-1f], Decode(DType.I64, [255, 255, 255, 255, 255, 255, 255, 255]));
        Assert.Empty(Decode(DType.Q6_K, []));
    }

    [Fact]
    public void ReadsUnalignedRows()
    {
        var bytes = new byte[9];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(1), 3.5f);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(5), -2f);
        var values = new float[2];
        fixed (byte* source = bytes)
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(DType.F32, source + 1, destination, 2);
        Assert.Equal([3.5f, -2f], values);
    }

    [Fact]
    public void RefusesPartOfABlock() => Assert.Throws<ArgumentException>(() => BlockDecoder.DecodeRow(DType.Q4_K, null, null, 255));

    private static float[] Decode(DType dtype, byte[] bytes)
    {
        var values = new float[bytes.Length / dtype.BlockBytes() * dtype.BlockElements()];
        fixed (byte* source = bytes)
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(dtype, source, destination, values.Length);
        return values;
    }
}
