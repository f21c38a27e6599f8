using System.Text.Json;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class ImageResizeTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    internal static Image Noise(int width, int height, int seed)
    {
        var image = new Image(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    [Fact]
    public void EverySizeAndFilterIsAsInPillow()
    {
        (int, int)[] sizes = [(1, 1), (2, 3), (7, 9), (31, 17), (64, 64), (65, 40), (200, 150)];
        var (requests, images) = (new List<object>(), new Dictionary<string, Image>());
        foreach (var (width, height) in sizes)
        {
            var image = Noise(width, height, width);
            PngWriter.Write(image, folder.File($"{width}.png"));
            foreach (var (newWidth, newHeight) in sizes)
            {
                foreach (var filter in Enum.GetValues<ResampleFilter>())
                {
                    var name = $"{width}-{newWidth}-{filter}";
                    images.Add(name, ImageResize.Resize(image, newWidth, newHeight, filter));
                    requests.Add(new { picture = $"{width}.png", @out = name, config = new { do_resize = true, size = new[] { newWidth, newHeight }, resample = (int)filter, do_center_crop = false, do_rescale = false, do_normalize = false } });
                }
            }
        }
        Oracle.Pillow("preprocess_pictures.py", JsonSerializer.Serialize(requests), folder.Path);
        foreach (var (name, image) in images)
        {
            var expected = File.ReadAllBytes(folder.File(name));
            Assert.Equal(image.Pixels.Length * sizeof(float), expected.Length);
            for (var i = 0; i < image.Pixels.Length; i++)
            {
                var place = (i % 3 * image.Width * image.Height) + (i / 3);
                var pillow = BitConverter.ToSingle(expected, place * sizeof(float));
                // The same coefficients in the same fixed point: no level of difference.
                Assert.True(image.Pixels[i] == pillow, $"{name}: {image.Pixels[i]} at {i}, Pillow {pillow}");
            }
        }
    }

    [Fact]
    public void AConstantStaysConstant()
    {
        var image = new Image(13, 5);
        Array.Fill(image.Pixels, (byte)201);
        foreach (var filter in Enum.GetValues<ResampleFilter>())
            Assert.All(ImageResize.Resize(image, 40, 3, filter).Pixels, level => Assert.Equal(201, level));
    }

    [Fact]
    public void HalvingBilinearlyWeighsFourPixels()
    {
        // Support 2 round the middle 1: weights 3/8 of the two inner columns, 1/8 of the outer ones; the edge repeats nothing, so the left one sums to 7/8.
        var image = new Image(4, 1, [0, 0, 0, 80, 80, 80, 160, 160, 160, 240, 240, 240]);
        var expected = (byte)Math.Round(((3 * 0) + (3 * 80) + (1 * 160)) / 7.0);
        Assert.Equal(expected, ImageResize.Resize(image, 2, 1, ResampleFilter.Bilinear).Pixels[0]);
    }
}
