using System.Globalization;
using System.Text;
using Temoto.Formats.Images;

namespace Temoto.Tests.Formats.Images;

public sealed class PnmReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    internal static byte[] Write(int kind, int width, int height, int maxval, int seed)
    {
        var random = new Random(seed);
        var file = new List<byte>(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P{kind}\n# a comment\n{width} {height}\n{maxval}\n")));
        for (var i = 0; i < width * height * (kind is 3 or 6 ? 3 : 1); i++)
        {
            var value = random.Next(maxval + 1);
            if (kind <= 3)
                file.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{value}{(i % 7 == 6 ? '\n' : ' ')}")));
            else if (maxval > 255)
                file.AddRange([(byte)(value >> 8), (byte)value]);
            else
                file.Add((byte)value);
        }
        return [.. file];
    }

    [Fact]
    public void EveryKindDecodesAsInPillow()
    {
        var count = 0;
        foreach (var (width, height) in new[] { (1, 1), (7, 9), (33, 17) })
        {
            foreach (var kind in new[] { 2, 3, 5, 6 })
            {
                foreach (var maxval in new[] { 1, 3, 100, 255, 256, 1000, 65535 })
                {
                    count++;
                    folder.Write($"{kind}-{maxval}-{width}.{(kind is 3 or 6 ? "ppm" : "pgm")}", Write(kind, width, height, maxval, count));
                }
            }
        }
        // Pillow keeps grey of more than 8 bits in 16: cut to the high byte it can be one less.
        Assert.Equal(count, PillowDecoder.Compare(folder, "[]", name => name.EndsWith("pgm", StringComparison.Ordinal) && int.Parse(name.Split('-')[1], CultureInfo.InvariantCulture) > 255 ? 1 : 0).Count);
    }

    [Fact]
    public void LevelsAreSpreadOverEightBits() =>
        Assert.Equal([0, 0, 0, 127, 127, 127, 255, 255, 255, 128, 128, 128], ImageReader.Read("P2 2 2 1000 0 498 1000 # x\n 502"u8.ToArray(), "x").Pixels);

    [Theory]
    [InlineData("P5", "width")]
    [InlineData("P5 1", "height")]
    [InlineData("P5 1 1", "maxval")]
    [InlineData("P5 1 1 0 ", "maxval")]
    [InlineData("P5 1 1 65536 ", "maxval")]
    [InlineData("P5 1 1 255", "header's end")]
    [InlineData("P5 1 1 255x", "blank")]
    [InlineData("P5 1 1 255 ", "0 bytes of pixel data")]
    [InlineData("P6 2 1 255 xxxxx", "5 bytes of pixel data")]
    [InlineData("P5 0 1 255 x", "0 x 1")]
    [InlineData("P5 99999999999999999999 1 255 x", "2^24")]
    [InlineData("P5 16385 1 255 x", "16385 x 1")]
    [InlineData("P5 16384 16384 255 x", "16384 x 16384")]
    [InlineData("P2 1000 1000 255 1 2 3", "pixel data")]
    [InlineData("P2 2 1 255 1 x", "byte 120")]
    [InlineData("P2 2 1 255 1  ", "end of the file")]
    [InlineData("P2 2 1 255 1 256", "256")]
    [InlineData("P5 1 1 20 x", "120")]
    [InlineData("P4 1 1 x", "PBM")]
    [InlineData("P7 1 1 x", "PAM")]
    public void RefusesWithALine(string file, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => ImageReader.Read(Encoding.ASCII.GetBytes(file), "x")).Message, StringComparison.Ordinal);
}
