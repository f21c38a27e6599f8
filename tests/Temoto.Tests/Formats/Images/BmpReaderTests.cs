using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class BmpReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EveryKindDecodesAsInPillow()
    {
        var count = 0;
        foreach (var (width, height) in new[] { (1, 1), (2, 3), (7, 9), (8, 8), (33, 17) })
        {
            foreach (var bits in new[] { 1, 4, 8, 24, 32 })
            {
                foreach (var topDown in new[] { false, true })
                    Write(BmpFixture.Write(width, height, bits, topDown, ++count));
                Write(BmpFixture.Write(width, height, bits, true, ++count, 124, bits == 32 ? [0xFF0000, 0xFF00, 0xFF] : null));
                if (bits < 32)
                    Write(BmpFixture.Write(width, height, bits, false, ++count, 12));
            }
            Write(BmpFixture.Write(width, height, 8, false, ++count, colours: 77));
            Write(BmpFixture.Write(width, height, 4, false, ++count, colours: 9));
            Write(BmpFixture.Write(width, height, 32, false, ++count, 40, [0xFF0000, 0xFF00, 0xFF]));
        }
        Assert.Equal(count, PillowDecoder.Compare(folder, "[]", _ => 0).Count);

        void Write(byte[] file) => folder.Write($"{count}.bmp", file);
    }

    [Fact]
    public void MasksSayWhichByteIsWhich()
    {
        var file = BmpFixture.Write(1, 1, 32, false, 5, 108, [0xFF000000, 0xFF, 0xFF00]);
        Assert.Equal([file[^1], file[^4], file[^3]], ImageReader.Read(file, "x").Pixels);
    }

    [Theory]
    [InlineData(30, 1, "RLE8")]
    [InlineData(30, 2, "RLE4")]
    [InlineData(30, 4, "JPEG")]
    [InlineData(28, 16, "16")]
    [InlineData(28, 2, "2;")]
    [InlineData(14, 41, "")]
    [InlineData(14, 13, "13")]
    [InlineData(18, 0, "0 x 9")]
    [InlineData(18, 255, "pixel data")]
    [InlineData(21, 127, "pixels")]
    [InlineData(25, 128, "pixels")]
    [InlineData(10, 255, "pixel data")]
    [InlineData(12, 255, "pixel data")]
    [InlineData(46, 100, "colour")]
    [InlineData(47, 2, "512")]
    public void RefusesWithALine(int at, byte value, string said)
    {
        var file = BmpFixture.Write(7, 9, 8, false, 1);
        file[at] = value;
        if (said.Length > 0)
            Assert.Contains(said, Assert.Throws<InputException>(() => ImageReader.Read(file, "x")).Message, StringComparison.Ordinal);
        else
            Assert.Equal(7, ImageReader.Read(file, "x").Width);
    }
}
