using System.Text;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class ImageReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("GIF89a", "a GIF")]
    [InlineData("RIFF1234WEBPVP8 ", "a WebP")]
    [InlineData("II*\0....", "a TIFF")]
    [InlineData("....ftypheic", "a HEIC")]
    [InlineData("P4\n1 1\n", "a PBM")]
    [InlineData("<svg>", "3C737667")]
    [InlineData("x", "78")]
    public void OtherFormatsAreRefusedByName(string file, string said)
    {
        var error = Assert.Throws<InputException>(() => ImageReader.Read(Encoding.ASCII.GetBytes(file), "picture.bin"));
        Assert.StartsWith("picture.bin: found ", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesAreNamed()
    {
        Assert.Contains("no such file", Assert.Throws<InputException>(() => ImageReader.Read(folder.File("none.png"))).Message, StringComparison.Ordinal);
        Assert.Contains("a directory", Assert.Throws<InputException>(() => ImageReader.Read(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("an empty file", Assert.Throws<InputException>(() => ImageReader.Read(folder.Write("empty.png", ""))).Message, StringComparison.Ordinal);
        var path = folder.Write("cut.png", [0x89, (byte)'P', (byte)'N', (byte)'G']);
        Assert.StartsWith(path, Assert.Throws<InputException>(() => ImageReader.Read(path)).Message, StringComparison.Ordinal);
    }
}
