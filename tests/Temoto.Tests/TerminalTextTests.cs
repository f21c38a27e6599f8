using System.Text;

namespace Temoto.Tests;

public class TerminalTextTests
{
    [Theory]
    [InlineData("pump P-7: 81.4 °C", "pump P-7: 81.4 °C")]
    [InlineData("ポンプ 🏭 é", "ポンプ 🏭 é")]
    [InlineData("👩\u200d🔧", "👩\u200d🔧")]
    [InlineData("\u001b]0;pwned\u0007", @"\u001B]0;pwned\u0007")]
    [InlineData("a\nb\tc\rd", @"a\u000Ab\u0009c\u000Dd")]
    [InlineData("\u009b31m\u007f", @"\u009B31m\u007F")]
    [InlineData("\u202egnp.exe\u2066", @"\u202Egnp.exe\u2066")]
    [InlineData("a\u2028b\u2029c", @"a\u2028b\u2029c")]
    [InlineData("\ufeffx", @"\uFEFFx")]
    [InlineData("\U000E0041", @"\uDB40\uDC41")]
    public void ALineHoldsNothingThatMovesATerminal(string text, string shown) => Assert.Equal(shown, TerminalText.Line(text));

    /// <summary>All characters there are: none of the kinds that terminals obey is let through, and each escape is JSON's for the same character.</summary>
    [Fact]
    public void EveryCharacterIsShownOrEscaped()
    {
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint))
                continue;
            var rune = new Rune(codePoint);
            var forges = Rune.IsControl(rune) || codePoint is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x2028 or 0x2029 or 0xFEFF;
            Assert.False(forges && TerminalText.IsHarmless(rune), $"U+{codePoint:X4}");
            if (!TerminalText.IsHarmless(rune))
                Assert.Equal(rune.ToString(), System.Text.Json.JsonSerializer.Deserialize<string>($"\"{TerminalText.Line(rune.ToString())}\""));
        }
    }

    [Fact]
    public void HalfACharacterBecomesAReplacement() => Assert.Equal("a\ufffdb", TerminalText.Line("a\ud83cb"));
}
