using System.Text.Json;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

/// <summary>Compares <see cref="ImageReader"/> with Pillow on every picture of a folder.</summary>
internal static class PillowDecoder
{
    /// <param name="requests">Pictures that tests/oracle/pictures.py shall write into the folder first: a JSON list.</param>
    /// <param name="tolerance">Largest difference of a sample, by file name.</param>
    /// <returns>The largest difference of each picture.</returns>
    public static Dictionary<string, int> Compare(TemporaryFolder folder, string requests, Func<string, int> tolerance)
    {
        var answer = Oracle.Pillow("pictures.py", requests, folder.Path);
        using var sizes = JsonDocument.Parse(answer);
        var largest = new Dictionary<string, int>();
        foreach (var entry in sizes.RootElement.EnumerateObject())
        {
            var image = ImageReader.Read(folder.File(entry.Name));
            Assert.True((image.Width, image.Height) == (entry.Value[0].GetInt32(), entry.Value[1].GetInt32()), $"{entry.Name}: {image.Width} x {image.Height}, Pillow {entry.Value}");
            var expected = File.ReadAllBytes(folder.File(entry.Name + ".rgb"));
            var (difference, place) = Difference(expected, image.Pixels);
            Assert.True(
                difference <= tolerance(entry.Name),
                $"{entry.Name} ({image.Width} x {image.Height}): differs by {difference} at row {place / 3 / image.Width}, column {place / 3 % image.Width}, channel {place % 3}: {image.Pixels[place]}, Pillow {expected[place]}");
            largest.Add(entry.Name, difference);
        }
        return largest;
    }

    public static (int Largest, int Place) Difference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (largest, place) = (0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i] - actual[i]) > largest)
                (largest, place) = (Math.Abs(expected[i] - actual[i]), i);
        }
        return (largest, place);
    }
}
