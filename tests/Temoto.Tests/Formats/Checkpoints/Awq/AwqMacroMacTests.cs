using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Temoto.Formats.Checkpoints.Awq;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public sealed class AwqMacroMacTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The published test bench's stimuli: x = 1, scales 1, every nibble of input i is i mod 8, zero word 0x01234567; out[c] = 448 - 128 z[c].</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheGoldenVectorComesOut(bool paperExact)
    {
        const int rows = 2;
        var columns = new byte[AwqMacro.Ports * rows * AwqMacro.Bytes];
        for (var macro = 0; macro < AwqMacro.Ports * rows; macro++)
        {
            var words = columns.AsSpan(macro * AwqMacro.Bytes);
            BinaryPrimitives.WriteUInt32LittleEndian(words, 0x01234567);
            for (var j = 4; j < 8; j++)
                BinaryPrimitives.WriteUInt32LittleEndian(words[(4 * j)..], 0x3C003C00);
            for (var i = 0; i < AwqMacro.Inputs; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(words[(4 * (8 + i))..], 0x11111111u * (uint)(i % 8));
        }
        var sums = new float[AwqMacro.Ports * AwqMacro.Channels];
        AwqMacroMac.Quad(columns, Enumerable.Repeat(1f, rows * AwqMacro.Inputs).ToArray(), paperExact, sums);
        float[] golden = [-448, 64, -320, 192, -192, 320, -64, 448];
        Assert.Equal([.. golden, .. golden, .. golden, .. golden], sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(76)]
    public void TheOrderOfSumsIsNumpysBitForBit(int groups)
    {
        const int tiles = 4;
        var (columns, x) = Random(groups, tiles, groups);
        // File order for the oracle.
        var file = new byte[columns.Length];
        for (var t = 0; t < tiles; t++)
        {
            for (var g = 0; g < groups; g++)
                columns.AsSpan((t * groups + g) * AwqMacro.Bytes, AwqMacro.Bytes).CopyTo(file.AsSpan((g * tiles + t) * AwqMacro.Bytes));
        }
        folder.Write("stream", [.. new byte[52], .. file]);
        folder.Write("x", MemoryMarshal.AsBytes<float>(x).ToArray());
        Oracle.Python("awq_macro.py", "", folder.File("stream"), "52", $"{groups}", $"{tiles}", folder.File("x"), folder.File("out"));
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder.File("out"))).ToArray();

        var weights = new float[tiles * 8 * groups * 64];
        var decoded = new float[512];
        for (var macro = 0; macro < tiles * groups; macro++)
        {
            AwqMacro.Decode(columns.AsSpan(macro * AwqMacro.Bytes, AwqMacro.Bytes), false, decoded);
            for (var i = 0; i < 512; i++)
                weights[(macro / groups * 8 + i / 64) * groups * 64 + macro % groups * 64 + i % 64] = decoded[i];
        }
        Assert.Equal(QuantizedFixture.Bits(expected[..weights.Length]), QuantizedFixture.Bits(weights));
        var sums = new float[tiles * 8];
        AwqMacroMac.Quad(columns, x, false, sums);
        Assert.Equal(QuantizedFixture.Bits(expected[weights.Length..]), QuantizedFixture.Bits(sums));
    }

    /// <summary>
    /// With u = 2^-24, n = 64 rows inputs and no underflow: the sequential sum of ((q - z) s) x rounds each term twice and adds n times, so it is off by at most
    /// g(n + 2) times the sum of the terms' magnitudes, g(k) = k u / (1 - k u). The unit rounds each term twice, adds 8 times in a lane, 3 times in the tree and
    /// once per row: g(13 + rows). Both together bound the difference.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(76)]
    public void AgreesWithTheSequentialSumWithinItsRoundings(int rows)
    {
        var (columns, x) = Random(rows, AwqMacro.Ports, rows + 1);
        var sums = new float[AwqMacro.Ports * AwqMacro.Channels];
        AwqMacroMac.Quad(columns, x, false, sums);
        var n = rows * AwqMacro.Inputs;
        var bound = Gamma(n + 2) + Gamma(13 + rows);
        var different = 0;
        for (var channel = 0; channel < sums.Length; channel++)
        {
            var (sum, magnitudes) = (0f, 0.0);
            for (var i = 0; i < n; i++)
            {
                var macro = columns.AsSpan((channel / 8 * rows + i / 64) * AwqMacro.Bytes, AwqMacro.Bytes);
                var weight = (AwqMacro.Integer(macro, i % 64, channel % 8) - AwqMacro.Zero(macro, channel % 8)) * AwqMacro.Scale(AwqMacro.ScaleBits(macro, channel % 8), false);
                sum += weight * x[i];
                magnitudes += Math.Abs((double)weight * x[i]);
            }
            Assert.InRange(Math.Abs((double)sum - sums[channel]), 0, bound * magnitudes);
            different += sum == sums[channel] ? 0 : 1;
        }
        // Another order rounds otherwise: equal sums everywhere would mean that this order is not the unit's.
        Assert.True(different > sums.Length / 2, $"only {different} of {sums.Length} sums differ");
        static double Gamma(int k) => k * Math.ScaleB(1, -24) / (1 - k * Math.ScaleB(1, -24));
    }

    [Fact]
    public void AZeroScaleMattersOnlyToThePublishedDecoder()
    {
        var (column, x) = Random(1, 1, 3);
        column.AsSpan(16, 16).Clear();
        var sums = new float[8];
        AwqMacroMac.Tile(column, x, false, sums);
        Assert.All(sums, sum => Assert.Equal(0, sum));
        AwqMacroMac.Tile(column, x, true, sums);
        Assert.All(sums, sum => Assert.NotEqual(0, sum));
    }

    /// <summary>Macros in load order with normal scales round 0.01, and normal x.</summary>
    private static (byte[] Columns, float[] X) Random(int rows, int tiles, int seed)
    {
        var random = new Random(seed);
        var columns = new byte[rows * tiles * AwqMacro.Bytes];
        random.NextBytes(columns);
        for (var macro = 0; macro < rows * tiles; macro++)
        {
            columns.AsSpan(macro * AwqMacro.Bytes + 4, 12).Clear();
            for (var c = 0; c < 8; c++)
                BinaryPrimitives.WriteHalfLittleEndian(columns.AsSpan(macro * AwqMacro.Bytes + 16 + 2 * c), (Half)(0.005 + 0.01 * random.NextDouble()));
        }
        return (columns, [.. Enumerable.Range(0, rows * 64).Select(_ => (float)(random.NextDouble() * 2 - 1 + (random.Next(50) == 0 ? 20 : 0)))]);
    }
}
