using System.Text;
using System.Text.Json;
using Temoto.Generation.Tokenizers;

namespace Temoto.Tests.Generation.Tokenizers;

public class CanonicalCompositionTests
{
    private static string Normalize(string text)
    {
        var buffer = Array.Empty<char>();
        return new string(CanonicalComposition.Normalize(text, ref buffer));
    }

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("\uac01\u11a8", "\uac01\u11a8")]
    [InlineData("a\u0307\u0323b", "\u1ea1\u0307b")]
    [InlineData("\u212b\u0344", "\u00c5\u0308\u0301")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65")]
    [InlineData("\ud87e\udc00", "\u4e3d")]
    [InlineData("\ud804\udca5\ud804\udcba", "\ud804\udcab")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("\ud800e\u0301\udc00", "\ud800\u00e9\udc00")]
    public void ComposesAsUnicodeAnnex15(string text, string expected) => Assert.Equal(expected, Normalize(text));

    [Fact]
    public void EqualsPythonOnEveryCodePointAndOnMixtures()
    {
        var random = new Random(3);
        var texts = new List<string>();
        // Every code point below the private planes, in texts of 4096.
        for (var start = 0; start < 0x30000; start += 4096)
        {
            var text = new StringBuilder();
            for (var point = start; point < start + 4096; point++)
            {
                if (Rune.IsValid(point) && Known(point))
                    text.Append('x').Append(new Rune(point).ToString());
            }
            texts.Add(text.ToString());
        }
        // Marks of many classes, letters they combine with, Hangul letters and syllables.
        int[] interesting = [.. Enumerable.Range(0x300, 0x70), 'a', 'e', 'o', 'q', 0xE9, 0x1E69, 0x1EA1, .. Enumerable.Range(0x1100, 19), .. Enumerable.Range(0x1161, 21), .. Enumerable.Range(0x11A7, 28), 0xAC00, 0xAC01, 0x0F71, 0x0F72, 0x0F74, 0x0F73, 0x3099, 0x304B, 0x0B47, 0x0B3E, 0x110A5, 0x110BA, 0x1D157, 0x1D165, 0x2F800, 0x2126, 0x0344, 0x0958];
        for (var i = 0; i < 3000; i++)
            texts.Add(string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => new Rune(interesting[random.Next(interesting.Length)]).ToString())));
        var expected = JsonSerializer.Deserialize<string[]>(Oracle.Python("normalize.py", JsonSerializer.Serialize(texts)))!;
        for (var i = 0; i < texts.Count; i++)
            Assert.True(expected[i] == Normalize(texts[i]), string.Join(' ', texts[i].Select(c => $"{(int)c:x4}")));
    }

    [Fact]
    public void AMillionMarksTakeNoLongerThanSorting()
    {
        var text = "a" + string.Concat(Enumerable.Range(0, 500_000).Select(i => i % 2 == 0 ? '\u0301' : '\u0323'));
        // Sorting takes a fraction of a second; exchanging neighbours half a million squared steps, minutes.
        ProcessorTime.AssertBelow(20, "normalizing", () => Assert.StartsWith("\u1ea1\u0323", Normalize(text), StringComparison.Ordinal));
    }

    /// <summary>Code points that got their decomposition or class after Unicode 14, which the oracle knows.</summary>
    private static bool Known(int point) => point is not ((>= 0x105C0 and <= 0x105FF) or (>= 0x11380 and <= 0x113FF) or (>= 0x16120 and <= 0x16D7F));
}
