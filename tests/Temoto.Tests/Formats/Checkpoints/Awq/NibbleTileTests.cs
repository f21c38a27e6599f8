using Temoto.Formats.Checkpoints.Awq;

namespace Temoto.Tests.Formats.Checkpoints.Awq;

public unsafe class NibbleTileTests
{
    [Fact]
    public void ChannelsLieWhereTheGemmLayoutPutsThem()
    {
        // Nibble c holds c; AutoAWQ's word holds channels 0 2 4 6 1 3 5 7 from its low end on.
        Assert.Equal(0x75316420u, NibbleTile.FromChannelOrder(0x76543210));
        Assert.Equal(0x76543210u, NibbleTile.ToChannelOrder(0x75316420));
        for (var c = 0; c < NibbleTile.Channels; c++)
            Assert.Equal(0xFu << 4 * NibbleTile.NibbleOfChannel[c], NibbleTile.FromChannelOrder(0xFu << 4 * c));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(70)]
    public void RowsBecomeWordsAndRowsAgain(int columns)
    {
        const int stride = 3;
        var rowBytes = (columns + 1) / 2;
        var data = new byte[NibbleTile.Channels * rowBytes];
        new Random(columns).NextBytes(data);
        for (var row = 1; row <= NibbleTile.Channels && columns % 2 != 0; row++)
            data[row * rowBytes - 1] &= 0x0F;
        var words = new uint[columns * stride];
        var back = new byte[data.Length];
        var rows = stackalloc byte*[NibbleTile.Channels];
        fixed (byte* source = data, destination = back)
        fixed (uint* middle = words)
        {
            for (var c = 0; c < NibbleTile.Channels; c++)
                rows[c] = source + c * rowBytes;
            NibbleTile.ToWords(rows, columns, middle, stride);
            for (var c = 0; c < NibbleTile.Channels; c++)
                rows[c] = destination + c * rowBytes;
            NibbleTile.ToRows((byte*)middle, stride, columns, rows);
        }
        for (var k = 0; k < columns; k++)
        {
            for (var c = 0; c < NibbleTile.Channels; c++)
                Assert.Equal(data[c * rowBytes + k / 2] >> k % 2 * 4 & 0xF, (int)(words[k * stride] >> 4 * NibbleTile.NibbleOfChannel[c] & 0xF));
            Assert.Equal((0u, 0u), (words[k * stride + 1], words[k * stride + 2]));
        }
        Assert.Equal(data, back);
    }
}
