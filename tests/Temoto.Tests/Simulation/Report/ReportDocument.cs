using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Temoto.Tests.Simulation.Report;

/// <summary>A report as a strict parser reads it.</summary>
internal sealed class ReportDocument
{
    private ReportDocument(XElement root)
    {
        Root = root;
    }

    public XElement Root { get; }

    public static ReportDocument Parse(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html ", html);
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return new ReportDocument(XDocument.Load(reader).Root!);
    }

    public IEnumerable<XElement> All(string name) => Root.Descendants().Where(element => element.Name.LocalName == name);

    /// <summary>Elements of which one of the classes is <paramref name="style"/>.</summary>
    public IEnumerable<XElement> Styled(string style) => Root.Descendants().Where(element => Has(element, style));

    public static bool Has(XElement element, string style) => (element.Attribute("class")?.Value ?? "").Split(' ').Contains(style);

    /// <summary>The sum of what the marks of a drawing stand for, of those of a class where one is given.</summary>
    public static double Sum(XElement svg, string? style = null) => svg.Descendants()
        .Where(element => element.Attribute("data-value") is not null && (style is null || Has(element, style)))
        .Sum(element => double.Parse(element.Attribute("data-value")!.Value, CultureInfo.InvariantCulture));

    /// <summary>All text that a reader sees, without what files wrote in a language of their own.</summary>
    public IEnumerable<string> OwnTexts() => Root.DescendantNodes().OfType<XText>()
        .Where(text => text.Ancestors().All(element => element.Name.LocalName != "style" && (element == Root || element.Attribute("lang") is null)))
        .Select(text => text.Value.Trim()).Where(text => text.Length > 0);
}
