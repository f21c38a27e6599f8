using System.Text.Json;

namespace Temoto.Tests.Formats.Images;

public sealed class JpegReaderTests : IDisposable
{
    /// <summary>1, less than a block, a block and one, more than an MCU.</summary>
    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (2, 3), (7, 9), (8, 8), (17, 33), (33, 16), (64, 48), (100, 75)];

    private readonly TemporaryFolder folder = new(inMemory: true);

    public void Dispose() => folder.Dispose();

    /// <summary>Every sampling, scan order and colour space of the fixture.</summary>
    internal static IEnumerable<JpegKind> Kinds(int width, int height)
    {
        (int, int)[][] samplings =
        [
            [(1, 1)], [(2, 2)], [(1, 1), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)], [(1, 2), (1, 1), (1, 1)], [(4, 1), (1, 1), (1, 1)], [(1, 4), (1, 1), (1, 1)], [(4, 2), (1, 1), (1, 1)],
            [(2, 4), (1, 1), (1, 1)], [(3, 1), (1, 1), (1, 1)], [(2, 2), (2, 1), (1, 2)], [(1, 1), (2, 2), (1, 1)], [(4, 1), (2, 1), (2, 1)], [(1, 4), (1, 2), (1, 1)],
        ];
        foreach (var sampling in samplings)
        {
            foreach (var isProgressive in new[] { false, true })
            {
                yield return new JpegKind(width, height, sampling, isProgressive);
                yield return new JpegKind(width, height, sampling, isProgressive, RestartInterval: 3);
            }
            yield return new JpegKind(width, height, sampling, Interleaved: false, RestartInterval: 1);
            yield return new JpegKind(width, height, sampling, WideQuantization: true);
        }
        (int, int)[] ink = [(1, 1), (1, 1), (1, 1), (1, 1)];
        yield return new JpegKind(width, height, ink, AdobeTransform: 0, Jfif: false);
        yield return new JpegKind(width, height, ink, AdobeTransform: 2, Jfif: false);
        yield return new JpegKind(width, height, [(2, 2), (1, 1), (1, 1), (2, 2)], true, AdobeTransform: 2, Jfif: false);
        yield return new JpegKind(width, height, ink[1..], AdobeTransform: 0, Jfif: false);
        yield return new JpegKind(width, height, ink[1..], AdobeTransform: 1, Jfif: false);
        yield return new JpegKind(width, height, ink[1..], Jfif: false);
        yield return new JpegKind(width, height, ink[1..], Jfif: false) { Ids = "RGB" };
    }

    [Fact]
    public void CodedCoefficientsDecodeAsInPillow()
    {
        var kinds = new Dictionary<string, JpegKind>();
        foreach (var (width, height) in Sizes)
        {
            foreach (var kind in Kinds(width, height))
            {
                var name = $"{kinds.Count}.jpg";
                kinds.Add(name, kind);
                folder.Write(name, JpegFixture.Write(kind, kinds.Count));
            }
        }
        var differences = PillowDecoder.Compare(folder, "[]", _ => 255);
        Assert.All(kinds, kind => Assert.True(differences[kind.Key] == 0, $"{kind.Value} {string.Join(' ', kind.Value.Sampling)}: {differences[kind.Key]}"));
    }

    [Fact]
    public void PillowsOwnPicturesDecodeAsInPillow()
    {
        var requests = new List<object>();
        foreach (var (width, height) in Sizes)
        {
            foreach (var quality in new[] { 10, 75, 100 })
            {
                foreach (var isProgressive in new[] { false, true })
                {
                    foreach (var subsampling in new[] { 0, 1, 2 })
                        requests.Add(new { name = $"{requests.Count}.jpg", width, height, mode = "RGB", noise = 12, save = new { quality, subsampling, progressive = isProgressive, optimize = true } });
                    foreach (var mode in new[] { "L", "CMYK" })
                        requests.Add(new { name = $"{requests.Count}.jpg", width, height, mode, noise = 12, save = new { quality, progressive = isProgressive } });
                }
            }
        }
        var differences = PillowDecoder.Compare(folder, JsonSerializer.Serialize(requests), _ => 2);
        Assert.Equal(requests.Count, differences.Count);
        Assert.All(differences, difference => Assert.Equal(0, difference.Value));
    }
}
