using System.Text.Json;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class ImageOrientationTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PicturesStandUprightAsInPillow()
    {
        var requests = new List<object>();
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            requests.Add(new { name = $"{orientation}.jpg", width = 70, height = 41, mode = "RGB", noise = 20, save = new { quality = 90 }, orientation });
            folder.Write($"{orientation}.png", PngFixture.Write(37, 66, PngColor.Rgb, 8, false, orientation, orientation: orientation));
        }
        Assert.Equal(16, PillowDecoder.Compare(folder, JsonSerializer.Serialize(requests), _ => 0).Count);
    }

    [Theory]
    [InlineData(1, "1 2 3 4 5 6", 3)]
    [InlineData(2, "3 2 1 6 5 4", 3)]
    [InlineData(3, "6 5 4 3 2 1", 3)]
    [InlineData(4, "4 5 6 1 2 3", 3)]
    [InlineData(5, "1 4 2 5 3 6", 2)]
    [InlineData(6, "4 1 5 2 6 3", 2)]
    [InlineData(7, "6 3 5 2 4 1", 2)]
    [InlineData(8, "3 6 2 5 1 4", 2)]
    public void EachOrientationMovesSixPixels(int orientation, string expected, int width)
    {
        var image = new Image(3, 2, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6]);
        var turned = ImageOrientation.Apply(image, orientation);
        Assert.Equal(width, turned.Width);
        Assert.Equal(expected, string.Join(' ', turned.Pixels.Where((_, i) => i % 3 == 0)));
    }
}
