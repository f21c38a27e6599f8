using System.Buffers.Binary;
using Temoto.Formats.Checkpoints.Awq;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public unsafe class AwqMacroTests
{
    /// <summary>Bits 3:0 are channel 0, 19:16 channel 1, 7:4 channel 2, and so on.</summary>
    [Fact]
    public void FieldsLieWhereTheFormatPutsThem()
    {
        var macro = new byte[AwqMacro.Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(macro, 0x01234567);
        for (var j = 0; j < 4; j++)
            BinaryPrimitives.WriteUInt32LittleEndian(macro.AsSpan(16 + 4 * j), 0x3C003800u + (uint)j * 0x00020001);
        BinaryPrimitives.WriteUInt32LittleEndian(macro.AsSpan(4 * (8 + 63)), 0xFEDCBA98);
        Assert.Equal([7, 3, 6, 2, 5, 1, 4, 0], Enumerable.Range(0, 8).Select(c => AwqMacro.Zero(macro, c)));
        Assert.Equal([0x8, 0xC, 0x9, 0xD, 0xA, 0xE, 0xB, 0xF], Enumerable.Range(0, 8).Select(c => AwqMacro.Integer(macro, 63, c)));
        Assert.Equal([0x3800, 0x3C00, 0x3801, 0x3C02, 0x3802, 0x3C04, 0x3803, 0x3C06], Enumerable.Range(0, 8).Select(c => (int)AwqMacro.ScaleBits(macro, c)));
        var weights = new float[512];
        AwqMacro.Decode(macro, false, weights);
        Assert.Equal((-3.5f, 0.5f), (weights[0], weights[63]));
        Assert.Equal((-3f, 9f), (weights[64], weights[127]));
    }

    [Fact]
    public void EveryFloat16DecodesAndThePublishedShortcutIsWrongOnlyAtTheEnds()
    {
        for (var bits = 0; bits <= 0xFFFF; bits++)
        {
            var correct = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.Equal(correct, AwqMacro.Scale((ushort)bits, paperExact: false));
            var paper = AwqMacro.Scale((ushort)bits, paperExact: true);
            var (exponent, mantissa) = (bits >> 10 & 31, bits & 1023);
            // The same formula for all: an exponent of 0 or 31 means nothing special.
            var expected = Math.ScaleB(1 + mantissa / 1024.0, exponent - 15) * (bits >= 0x8000 ? -1 : 1);
            Assert.Equal((float)expected, paper);
            Assert.Equal(exponent is > 0 and < 31, paper == correct);
        }
        Assert.Equal(MathF.ScaleB(1, -15), AwqMacro.Scale(0x0000, paperExact: true));
        Assert.Equal(MathF.ScaleB(1, -24), AwqMacro.Scale(0x0001, paperExact: false));
        Assert.Equal(float.PositiveInfinity, AwqMacro.Scale(0x7C00, paperExact: false));
        Assert.True(float.IsNaN(AwqMacro.Scale(0x7E00, paperExact: false)));
        Assert.Equal(65536, AwqMacro.Scale(0x7C00, paperExact: true));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(3, 4)]
    public void LoadOrderIsTheTransposeOfFileOrder(int groups, int tiles)
    {
        var file = new byte[groups * tiles * AwqMacro.Bytes];
        new Random(1).NextBytes(file);
        var load = new byte[file.Length];
        var back = new byte[file.Length];
        fixed (byte* source = file, middle = load, destination = back)
        {
            AwqMacro.Transpose(source, groups, tiles, middle);
            AwqMacro.Transpose(middle, tiles, groups, destination);
        }
        for (var g = 0; g < groups; g++)
        {
            for (var t = 0; t < tiles; t++)
                Assert.Equal(file.AsSpan((g * tiles + t) * 288, 288), load.AsSpan((t * groups + g) * 288, 288));
        }
        Assert.Equal(file, back);
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 3, true)]
    [InlineData(3, 4, false)]
    public void WeightsBecomeMacrosAndWeightsAgain(int groups, int tiles, bool symmetric)
    {
        var owned = new List<IDisposable>();
        var tensor = QuantizedFixture.Weight("w", tiles * 8, groups * 64, 64, new Random(groups), symmetric, 1, owned);
        var macros = new byte[groups * tiles * AwqMacro.Bytes];
        Array.Fill(macros, (byte)0xA5);
        var integers = new byte[tensor.ByteLength];
        var scales = new ushort[tiles * 8 * groups];
        var zeros = new byte[tiles * 8 * ((groups + 1) / 2)];
        using (var weight = new Int4Weight("m", tensor, 64, null))
        {
            fixed (byte* pointer = macros, integerPointer = integers, zeroPointer = zeros)
            fixed (ushort* scalePointer = scales)
            {
                AwqMacro.Encode(weight, pointer);
                AwqMacro.Decode(pointer, groups, tiles, integerPointer, scalePointer, zeroPointer);
            }
        }
        Assert.Equal(tensor.Bytes, integers);
        var expected = QuantizedFixture.Decode(tensor);
        var values = new float[512];
        for (var g = 0; g < groups; g++)
        {
            for (var t = 0; t < tiles; t++)
            {
                var macro = macros.AsSpan((g * tiles + t) * AwqMacro.Bytes, AwqMacro.Bytes);
                Assert.False(macro[4..16].ContainsAnyExcept((byte)0));
                AwqMacro.Decode(macro, false, values);
                for (var i = 0; i < 512; i++)
                    Assert.Equal(expected[(t * 8 + i / 64) * groups * 64 + g * 64 + i % 64], values[i]);
                for (var c = 0; c < 8; c++)
                {
                    var row = t * 8 + c;
                    Assert.Equal(tensor.Scales!.Zero(row, g), zeros[row * ((groups + 1) / 2) + g / 2] >> g % 2 * 4 & 0xF);
                    Assert.Equal(tensor.Scales.Scale(row, g), (float)BitConverter.UInt16BitsToHalf(scales[row * groups + g]));
                }
            }
        }
        owned.ForEach(item => item.Dispose());
    }
}
