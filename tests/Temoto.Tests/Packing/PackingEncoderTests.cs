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
                for (var chunkBytes = 0; chunkBytes <= (mode == PackingMode.Entropy ? 2 : 4); chunkBytes++)
                {
                    foreach (var blockRows in new int?[] { null, 8 })
                    {
                        var settings = new PackingSettings { Mode = mode, ChunkBytes = chunkBytes == 0 ? null : chunkBytes, BlockRows = blockRows };
                        var statistics = PackingCheck.RoundTrip(SampleMatrices.Peaked(rows * rowBytes, rows + rowBytes), rows, rowBytes, settings);
                        packed += statistics.Mode == PackingMode.None ? 0 : 1;
                    }
                }
            }
        }
        Assert.True(mode == PackingMode.None ? packed == 0 : packed > 100, $"{packed} packed");
    }

    [Fact]
    public void PacketsOfEverySizeAndWidthSetComeBack()
    {
        var matrix = SampleMatrices.Peaked(200 * 66, seed: 1);
        foreach (var packetBits in new[] { 64, 128, 192, 256, 512, 1024 })
        {
            for (var modeBits = 0; modeBits <= 4; modeBits++)
            {
                foreach (var chunkBytes in new[] { 1, 2, 3, 4 })
                {
                    var widths = modeBits == 2 ? new[] { 2, 5, 9, 16 } : null;
                    var settings = new PackingSettings { Mode = PackingMode.Frequency, PacketBits = packetBits, ModeBits = modeBits, ChunkBytes = chunkBytes, Widths = widths };
                    PackingCheck.RoundTrip(matrix, 200, 66, settings);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 172)]
    [InlineData(3000, 100)]
    public void AConstantMatrixTakesNextToNothing(int rows, int rowBytes)
    {
        var matrix = Enumerable.Repeat((byte)0xF3, rows * rowBytes).ToArray();
        foreach (var mode in Enum.GetValues<PackingMode>())
        {
            foreach (var chunkBytes in mode == PackingMode.Escape ? [1] : new[] { 1, 2 })
            {
                var statistics = PackingCheck.RoundTrip(matrix, rows, rowBytes, new PackingSettings { Mode = mode, ChunkBytes = chunkBytes });
                if (mode is not (PackingMode.None or PackingMode.Auto or PackingMode.Entropy) && rows > 1)
                    Assert.Equal((mode, 1, 0.0), (statistics.Mode, statistics.UniqueChunks, statistics.ChunkEntropyBits));
                if (mode is PackingMode.Auto or PackingMode.Entropy && rows > 1)
                    Assert.True(statistics.PackedBytes < 200 + matrix.Length / 1000, $"{statistics.PackedBytes} bytes");
            }
        }
    }

    /// <summary>Where nothing helps, the rows stay as they are, 16 bytes of header apart.</summary>
    [Theory]
    [InlineData(PackingMode.Naive)]
    [InlineData(PackingMode.Packet)]
    [InlineData(PackingMode.Frequency)]
    [InlineData(PackingMode.Entropy)]
    [InlineData(PackingMode.Auto)]
    internal void RandomBytesFallBackToPlainRows(PackingMode mode)
    {
        var every = PackingCheck.RoundTrip(SampleMatrices.EveryPair(times: 2), 256, 1024, new PackingSettings { Mode = mode, ChunkBytes = 2 });
        Assert.Equal((PackingMode.None, 65536, 16.0, 16L), (every.Mode, every.UniqueChunks, Math.Round(every.ChunkEntropyBits, 9), every.PackedBytes - every.PlainBytes));
        foreach (var chunkBytes in new int?[] { null, 1, 2 })
        {
            var statistics = PackingCheck.RoundTrip(SampleMatrices.Uniform(300 * 400, seed: 3), 300, 400, new PackingSettings { Mode = mode, ChunkBytes = chunkBytes });
            Assert.Equal((PackingMode.None, 300L * 400 + 16), (statistics.Mode, statistics.PackedBytes));
        }
    }

    /// <summary>65536 unique chunks use every ID of 16 bits.</summary>
    [Fact]
    public void AsManyUniqueChunksAsThereAreIdsComeBack()
    {
        var random = new Random(9);
        var chunks = new uint[65536 * 12];
        var values = Enumerable.Range(0, 65536).Select(i => (uint)i * 65521u).ToArray();
        for (var i = 0; i < chunks.Length; i++)
            chunks[i] = values[i < 65536 ? i : random.Next(65536)];
        var matrix = new byte[4 * chunks.Length];
        Buffer.BlockCopy(chunks, 0, matrix, 0, matrix.Length);
        var statistics = PackingCheck.RoundTrip(matrix, 768, 4096, new PackingSettings { Mode = PackingMode.Naive, ChunkBytes = 4 });
        Assert.Equal((PackingMode.Naive, 65536), (statistics.Mode, statistics.UniqueChunks));
        matrix[0] ^= 0x5A;
        matrix[1] ^= 0x77;
        var more = PackingCheck.RoundTrip(matrix, 768, 4096, new PackingSettings { Mode = PackingMode.Naive, ChunkBytes = 4 });
        Assert.Equal((PackingMode.None, 65537), (more.Mode, more.UniqueChunks));
    }

    /// <summary>
    /// The step-by-step figures that the paper gives for OPT-125M's first MLP matrix (arXiv 2503.11663, Fig. 10a: 1.4, 1.54 and 2.63 with 1272 unique chunks), on synthetic
    /// weights of its shape and statistics, tables counted.
    /// </summary>
    [Theory]
    [InlineData(PackingMode.Naive, 1.4)]
    [InlineData(PackingMode.Packet, 1.54)]
    [InlineData(PackingMode.Frequency, 2.63)]
    internal void TheAblationIsThePapersOnSyntheticWeights(PackingMode mode, double published)
    {
        var statistics = PackingCheck.RoundTrip(HeavyTailedWeights.Create(seed: 1), HeavyTailedWeights.Rows, HeavyTailedWeights.Columns, new PackingSettings { Mode = mode });
        Assert.Equal((mode, 11), (statistics.Mode, PacketEncoder.IdBits(statistics.UniqueChunks)));
        Assert.InRange(statistics.UniqueChunks, 1272 * 0.95, 1272 * 1.05);
        Assert.InRange(statistics.Ratio, published * 0.85, published * 1.15);
        Assert.InRange(statistics.RatioWithoutTables, statistics.Ratio, statistics.Ratio * 1.01);
    }

    [Fact]
    public void AutoComesCloserToTheEntropyThanThePaper()
    {
        var statistics = PackingCheck.RoundTrip(HeavyTailedWeights.Create(seed: 1), HeavyTailedWeights.Rows, HeavyTailedWeights.Columns, new PackingSettings());
        Assert.Equal(PackingMode.Entropy, statistics.Mode);
        Assert.InRange(statistics.EntropyDistancePercent, 0, 3);
        Assert.True(statistics.Ratio > 3, $"{statistics.Ratio}");
    }

    /// <summary>Zeros in pairs: neighbours that depend on each other are worth coding together.</summary>
    [Fact]
    public void AutoTakesPairsWhereNeighboursDependOnEachOther()
    {
        var matrix = SampleMatrices.Peaked(256 * 512, seed: 4);
        for (var i = 0; i < matrix.Length; i += 2)
            matrix[i + 1] = (byte)-matrix[i];
        var statistics = PackingCheck.RoundTrip(matrix, 256, 512, new PackingSettings());
        Assert.Equal((PackingMode.Entropy, 2), (statistics.Mode, statistics.ChunkBytes));
        Assert.True(8.0 * statistics.PackedBytes < 0.6 * statistics.ByteEntropyBits * matrix.Length, $"{statistics.PackedBytes} bytes");
    }

    [Fact]
    public void TheStreamDoesNotDependOnTheThreads()
    {
        var matrix = SampleMatrices.Peaked(3000 * 1000, seed: 6);
        foreach (var mode in new[] { PackingMode.Frequency, PackingMode.Auto })
        {
            var (one, _) = PackingCheck.Pack(matrix, 3000, 1000, new PackingSettings { Mode = mode, Threads = 1 });
            var (four, _) = PackingCheck.Pack(matrix, 3000, 1000, new PackingSettings { Mode = mode, Threads = 4 });
            using (one)
            using (four)
                Assert.Equal(PackingCheck.ToArray(one), PackingCheck.ToArray(four));
        }
    }

    [Fact]
    public void EmptyMatricesArePlain()
    {
        foreach (var (rows, rowBytes) in new[] { (0, 5), (5, 0), (0, 0) })
            Assert.Equal((PackingMode.None, 16L), (PackingCheck.RoundTrip([], rows, rowBytes, new PackingSettings()).Mode, PackingCheck.RoundTrip([], rows, rowBytes, new PackingSettings()).PackedBytes));
    }

    [Fact]
    public void SettingsThatMeanNothingAreRefused()
    {
        foreach (var settings in new PackingSettings[]
        {
            new() { ChunkBytes = 0 }, new() { ChunkBytes = 5 }, new() { Mode = PackingMode.Entropy, ChunkBytes = 3 }, new() { Mode = PackingMode.Escape, ChunkBytes = 2 }, new() { PacketBits = 100 }, new() { PacketBits = 32 }, new() { PacketBits = 2048 },
            new() { ModeBits = 5 }, new() { ModeBits = -1 }, new() { ModeBits = 1, Widths = [1] }, new() { ModeBits = 1, Widths = [4, 3] }, new() { ModeBits = 1, Widths = [0, 3] }, new() { ModeBits = 1, Widths = [8, 17] },
            new() { BlockRows = 0 }, new() { BlockRows = 65536 }, new() { Mode = (PackingMode)7 }, new() { Mode = PackingMode.Frequency, ModeBits = 1, Widths = [1, 2] },
        })
            Assert.Throws<ArgumentOutOfRangeException>(() => PackingCheck.Pack(SampleMatrices.Peaked(100 * 100, 1), 100, 100, settings));
    }
}
