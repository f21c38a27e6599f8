using Temoto.Packing;

namespace Temoto.Tests.Packing;

public class PackingEncoderTests
{
    [Theory]
    [InlineData(PackingMode.None)]
    [InlineData(PackingMode.Naive)]
    [InlineData(PackingMode.Packet)]
    [InlineData(PackingMode.Frequency)]
    [InlineData(PackingMode.Entropy)]
    [InlineData(PackingMode.Auto)]
    internal void EveryShapeAndChunkComesBack(PackingMode mode)
    {
        var packed = 0;
        foreach (var rows in new[] { 1, 2, 7, 8, 9, 300 })
        {
            foreach (var rowBytes in new[] { 1, 2, 3, 4, 5, 63, 64, 65, 172, 2049 })
            {
                for (var chunkBytes = 1; chunkBytes <= (mode == PackingMode.Entropy ? 2 : 4); chunkBytes++)
                {
                    foreach (var blockRows in new int?[] { null, 8 })
                    {
                        var statistics = PackingCheck.RoundTrip(Peaked(rows * rowBytes, rows + rowBytes), rows, rowBytes, new PackingSettings { Mode = mode, ChunkBytes = chunkBytes, BlockRows = blockRows });
                        packed += statistics.Mode == PackingMode.None ? 0 : 1;
                    }
                }
            }
        }
        Assert.True(mode == PackingMode.None ? packed == 0 : packed > 100, $"{packed} packed");
    }

    /// <summary>Weights round zero, about 4 bits each.</summary>
    private static byte[] Peaked(int count, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
            bytes[i] = (byte)(sbyte)(random.Next(5) - random.Next(5) + random.Next(5) - random.Next(5));
        return bytes;
    }
}
