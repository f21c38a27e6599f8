using System.Xml.Linq;
using Temoto.Simulation.Report;

namespace Temoto.Tests.Simulation.Report;

/// <summary>What holds for every report: labels, languages, one file, names that are only names.</summary>
public class ReportRulesTests
{
    private const string Evil = "</title><script>alert('x')</script><img src=x onerror=\"alert(1)\"> & \u0007";

    [Theory]
    [InlineData(ReportLanguage.English)]
    [InlineData(ReportLanguage.Japanese)]
    internal void Every_number_carries_its_label(ReportLanguage language)
    {
        var report = ReportDocument.Parse(ReportSamples.Full(language));
        var numbers = report.Styled("number").ToList();
        Assert.True(numbers.Count > 100, $"only {numbers.Count} numbers looked at");
        Assert.All(numbers, number => Assert.True(number.ElementsAfterSelf().FirstOrDefault() is { } next && ReportDocument.Has(next, "label") && next.Value.Length > 0, number.Parent!.Value));
        Assert.All(report.All("figure"), figure => Assert.True(IsLabelled(figure), figure.Value));
        Assert.All(report.All("table"), AssertColumnsAreLabelled);
    }

    [Fact]
    public void Nothing_is_loaded_and_nothing_runs()
    {
        foreach (var language in Enum.GetValues<ReportLanguage>())
        {
            var html = ReportSamples.Full(language);
            Assert.DoesNotContain("url(", html);
            Assert.DoesNotContain("@import", html);
            foreach (var element in ReportDocument.Parse(html).Root.DescendantsAndSelf())
            {
                Assert.DoesNotContain(element.Name.LocalName, new[] { "script", "link", "img", "iframe", "object", "image", "use", "a" });
                Assert.All(element.Attributes(), attribute => Assert.False(attribute.Name.LocalName is "href" or "src" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal), attribute.ToString()));
            }
        }
    }

    [Fact]
    public void Names_from_files_are_only_text()
    {
        var board = ReportSamples.Kv260.Board with { Name = Evil, Description = Evil };
        var decision = ReportSamples.Meadow.Decisions[0];
        decision = decision with { Ways = [.. decision.Ways.Select(way => way with { Candidate = way.Candidate with { OnlyDevice = Evil } })] };
        var simulation = ReportSamples.Kv260 with { Board = board, Model = Evil, Packing = Evil, Decisions = [decision], Phases = [.. ReportSamples.Kv260.Phases.Select(phase => phase with { Operations = [.. phase.Operations.Select(operation => operation with { Name = Evil })] })] };
        var html = HtmlReport.Write([simulation, simulation], ReportSamples.Sweep, new ReportSettings { Published = [new(Evil, Evil, Evil, 1, 2, 3, Evil)], Host = simulation });
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        var report = ReportDocument.Parse(html);
        Assert.Contains(report.All("h2"), heading => heading.Value == Evil.Replace('\u0007', '\ufffd'));
        Assert.Single(report.All("style"));
    }

    [Fact]
    public void A_japanese_report_has_no_english_sentence_of_its_own()
    {
        foreach (var text in ReportDocument.Parse(ReportSamples.Full(ReportLanguage.Japanese)).OwnTexts())
            Assert.DoesNotMatch("[A-Za-z]{2,}[,;]? [A-Za-z]{2,}[,;]? [A-Za-z]{2,}", text);
        Assert.Equal("ja", ReportDocument.Parse(ReportSamples.Full(ReportLanguage.Japanese)).Root.Attribute("lang")!.Value);
    }

    [Fact]
    public void An_english_report_has_no_japanese() =>
        Assert.DoesNotContain(ReportSamples.Full(ReportLanguage.English), letter => letter is >= '\u3000' and <= '\u9fff');

    [Fact]
    public void Every_drawing_is_described()
    {
        var drawings = ReportDocument.Parse(ReportSamples.Full(ReportLanguage.English)).All("svg").ToList();
        Assert.True(drawings.Count > 12, $"only {drawings.Count} drawings");
        foreach (var svg in drawings)
        {
            Assert.Equal(["title", "desc"], svg.Elements().Take(2).Select(element => element.Name.LocalName));
            Assert.All(svg.Elements().Take(2), element => Assert.NotEmpty(element.Value));
            Assert.Equal("img", svg.Attribute("role")!.Value);
        }
    }

    /// <summary>In its heading, or in that of its section.</summary>
    private static bool IsLabelled(XElement figure) =>
        (figure.Elements().FirstOrDefault(element => element.Name.LocalName == "h4") ?? figure.Parent!.Elements().First(element => element.Name.LocalName == "h2")).Elements().Any(element => ReportDocument.Has(element, "label"));

    private static void AssertColumnsAreLabelled(XElement table)
    {
        var columns = table.Descendants().Where(element => element.Name.LocalName == "th" && element.Attribute("scope")?.Value == "col").Select(IsWithLabel).ToList();
        foreach (var row in table.Descendants().Where(element => element.Name.LocalName == "tr"))
        {
            foreach (var (cell, i) in row.Elements().Select((cell, i) => (cell, i)).Where(item => item.cell.Name.LocalName == "td" && ReportDocument.Has(item.cell, "n")))
                Assert.True(columns[i] || IsWithLabel(cell) || cell.Value == "–", row.Value);
        }

        static bool IsWithLabel(XElement element) => element.Descendants().Any(inner => ReportDocument.Has(inner, "label"));
    }
}
