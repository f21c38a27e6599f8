using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class PngWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 9)]
    [InlineData(64, 33)]
    public void WhatIsWrittenIsReadBack(int width, int height)
    {
        var image = ImageResizeTests.Noise(width, height, 3);
        PngWriter.Write(image, folder.File("x.png"));
        var read = ImageReader.Read(folder.File("x.png"));
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(image.Pixels, read.Pixels);
    }

    [Fact]
    public void SmoothPicturesGetSmaller()
    {
        var image = new Image(128, 128);
        for (var i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)((i / 3 % 128) + (i / 384));
        var stream = new MemoryStream();
        PngWriter.Write(image, stream);
        // Filtered, nearly every byte is the same: 49,152 bytes in less than a hundredth.
        Assert.InRange(stream.Length, 100, 490);
    }

    [Fact]
    public void TheChecksumIsThatOfThePngSpecification()
    {
        // IEND is the same in every file: its checksum stands in each of them.
        Assert.Equal(0xAE426082, PngFormat.Crc("IEND"u8));
        Assert.Equal(0xCBF43926, PngFormat.Crc("123456789"u8));
    }
}
