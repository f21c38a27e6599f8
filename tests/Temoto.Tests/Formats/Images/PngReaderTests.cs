using Temoto.Formats;

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
}
