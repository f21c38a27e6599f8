using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class PngReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EveryKindDecodesAsInPillow()
    {
        (int Width, int Height)[] sizes = [(1, 1), (2, 5), (7, 9), (8, 8), (17, 33), (65, 31)];
        var count = 0;
        foreach (var (width, height) in sizes)
        {
            foreach (var (color, depth) in PngFixture.Kinds)
            {
                foreach (var interlaced in new[] { false, true })
                {
                    foreach (var transparency in color is PngColor.GrayAlpha or PngColor.RgbAlpha ? [false] : new[] { false, true })
                        folder.Write($"{color}{depth}{(interlaced ? "i" : "")}{(transparency ? "t" : "")}-{width}x{height}.png", PngFixture.Write(width, height, color, depth, interlaced, ++count, transparency, 1 + (count * 7 % 90)));
                }
            }
        }
        Assert.Equal(count, PillowDecoder.Compare(folder, "[]", _ => 0).Count);
    }

    /// <summary>A 9 x 9 palette picture, with one change.</summary>
    public static TheoryData<string, string> Damage => new()
    {
        { "crc", "checksum" }, { "first", "IHDR, once" }, { "twice", "IHDR, once" }, { "no palette", "no PLTE" }, { "no data", "no IDAT" }, { "split", "one run of IDAT" }, { "critical", "critical chunk" },
        { "type", "four letters" }, { "length", "a length of 4294967295" }, { "cut", "before the end" }, { "late palette", "palette" }, { "long palette", "1 to 16 colours" }, { "small palette", "colour 15" },
        { "size", "9 x 0" }, { "large", "16384 x 16384" }, { "depth", "colour type 3 with 16" }, { "interlace", "interlace 2" }, { "adler", "IDAT" }, { "short", "the end of the compressed data" }, { "long", "more compressed data" },
        { "filter", "filter 5" }, { "transparency", "tRNS" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public void RefusesWithALine(string damage, string said)
    {
        var error = Assert.Throws<InputException>(() => ImageReader.Read(Damaged(damage), "x"));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BombsAreRefusedBeforeMemoryIsTaken()
    {
        // 8000 x 8000 RGB inflates from at least 186,070 bytes; here are 100,000. Then as many bytes as a stream can grow to, for a picture of one pixel.
        var zeros = new MemoryStream();
        using (var deflated = new System.IO.Compression.ZLibStream(zeros, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
            deflated.Write(new byte[100 << 20]);
        Assert.InRange(zeros.Length, 100_000, 110_000);
        var (large, small) = (new PngHeader(8000, 8000, 8, PngColor.Rgb, false), new PngHeader(1, 1, 8, PngColor.Rgb, false));
        foreach (var (header, said) in new[] { (large, "pixel data"), (small, "more compressed data") })
        {
            var file = PngFixture.Assemble(header, zeros.ToArray(), new Random(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(said, Assert.Throws<InputException>(() => ImageReader.Read(file, "x")).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    private static byte[] Damaged(string damage)
    {
        var header = new PngHeader(9, damage == "size" ? 0 : 9, damage == "depth" ? 16 : 4, PngColor.Palette, false);
        if (damage == "large")
            header = header with { Width = 16384, Height = 16384 };
        var raw = Enumerable.Range(0, 9 * 6 + (damage == "short" ? -1 : damage == "long" ? 1 : 0)).Select(i => (byte)(i % 6 == 0 ? 0 : i)).ToArray();
        raw[8] = 0xFF;
        if (damage == "filter")
            raw[6] = 5;
        var data = new MemoryStream();
        using (var deflated = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            deflated.Write(raw);
        var compressed = data.ToArray();
        if (damage == "adler")
            compressed[^1] ^= 1;
        var chunks = new List<(string Type, byte[] Data)>
        {
            ("IHDR", [0, 0, (byte)(header.Width >> 8), (byte)header.Width, 0, 0, (byte)(header.Height >> 8), (byte)header.Height, (byte)header.BitDepth, 3, 0, 0, damage == "interlace" ? (byte)2 : (byte)0]),
            ("PLTE", new byte[damage switch { "long palette" => 51, "small palette" => 45, _ => 48 }]), ("IDAT", compressed), ("IEND", []),
        };
        switch (damage)
        {
            case "first":
                chunks.RemoveAt(0);
                break;
            case "twice":
                chunks.Insert(1, chunks[0]);
                break;
            case "no palette":
                chunks.RemoveAt(1);
                break;
            case "late palette":
                chunks.Insert(3, chunks[1]);
                break;
            case "no data":
                chunks.RemoveAt(2);
                break;
            case "split":
                chunks.Insert(3, ("tEXt", []));
                chunks.Insert(4, ("IDAT", []));
                break;
            case "critical":
                chunks.Insert(1, ("ABCD", []));
                break;
            case "type":
                chunks.Insert(1, ("a1cd", []));
                break;
            case "transparency":
                chunks.Insert(1, ("tRNS", [1]));
                break;
        }
        var file = new MemoryStream();
        file.Write(PngFormat.Signature);
        foreach (var (type, content) in chunks)
            PngWriter.WriteChunk(file, System.Text.Encoding.ASCII.GetBytes(type), content);
        var bytes = file.ToArray();
        if (damage == "crc")
            bytes[30] ^= 1;
        if (damage == "length")
            bytes.AsSpan(33, 4).Fill(0xFF);
        return damage == "cut" ? bytes[..^4] : bytes;
    }
}
