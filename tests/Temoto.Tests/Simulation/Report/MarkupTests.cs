using System.Xml.Linq;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

public class MarkupTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"quoted\" & 'single' > ]]> &amp;")]
    [InlineData("トークン 🚀 é")]
    public void Text_and_attributes_come_back_as_they_were(string text)
    {
        var markup = new Markup().Element("p", text, ("title", text)).ToString();
        var read = XElement.Parse(markup[markup.IndexOf("<p", StringComparison.Ordinal)..]);
        Assert.Equal(text, read.Value);
        Assert.Equal(text, read.Attribute("title")!.Value);
    }

    [Fact]
    public void What_xml_cannot_say_becomes_a_replacement_character()
    {
        var markup = new Markup().Element("p", "a\0b\u001bc\ud800d\u0085e\uffff").ToString();
        Assert.Equal("a\ufffdb\ufffdc\ufffdd\ufffde\ufffd", XElement.Parse(markup[markup.IndexOf("<p", StringComparison.Ordinal)..]).Value);
    }

    [Fact]
    public void What_is_open_must_be_closed() => Assert.Throws<InvalidOperationException>(() => new Markup().Open("p").ToString());

    [Fact]
    public void A_style_sheet_that_is_no_xml_is_refused() => Assert.Throws<ArgumentException>(() => new Markup().Style("a{}</style><script>"));
}
