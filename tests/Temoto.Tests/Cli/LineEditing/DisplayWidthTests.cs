using System.Text;
using Temoto.Cli.LineEditing;

namespace Temoto.Tests.Cli.LineEditing;

public class DisplayWidthTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("あ", 2)]
    [InlineData("が", 2)]
    [InlineData("か\u3099", 2)]
    [InlineData("ｱ", 1)]
    [InlineData("Ａ", 2)]
    [InlineData("、", 2)]
    [InlineData("𠀀", 2)]
    [InlineData("한", 2)]
    [InlineData("\u1112\u1161\u11AB", 2)]
    [InlineData("😀", 2)]
    [InlineData("👍🏽", 2)]
    [InlineData("👨\u200D👩\u200D👧", 2)]
    [InlineData("❤\uFE0F", 2)]
    [InlineData("❤", 1)]
    [InlineData("🇯🇵", 2)]
    [InlineData("\u200B", 0)]
    [InlineData("\u00AD", 1)]
    public void AnElementTakesTheColumnsThatTerminalsGiveIt(string element, int columns) =>
        Assert.Equal(columns, DisplayWidth.OfElement(element));

    /// <summary>Each block begins and ends where the table says; its neighbours are narrow.</summary>
    [Theory]
    [InlineData(0x10FF, 0x1100)]
    [InlineData(0x3040, 0x3041)]
    [InlineData(0x4DC0, 0x4DBF)]
    [InlineData(0xD7A4, 0xD7A3)]
    [InlineData(0xFF61, 0xFF60)]
    [InlineData(0x1F650, 0x1F64F)]
    public void WideBlocksHaveBorders(int narrow, int wide)
    {
        Assert.Equal(1, DisplayWidth.OfRune(new Rune(narrow)));
        Assert.Equal(2, DisplayWidth.OfRune(new Rune(wide)));
    }
}
