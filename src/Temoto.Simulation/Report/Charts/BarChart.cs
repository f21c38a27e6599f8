namespace Temoto.Simulation.Report.Charts;

/// <summary>A part of a bar.</summary>
/// <param name="Style">Class of its colour.</param>
/// <param name="Title">Shown under the pointer.</param>
internal sealed record BarPart(string Style, double Value, string Title);

/// <summary>A bar with a line of text above it; without parts, a heading.</summary>
internal sealed record BarRow(string Label, string ValueText, IReadOnlyList<BarPart> Parts)
{
    public double Value => Parts.Sum(part => part.Value);
}

/// <summary>Horizontal bars: labels have the whole width, on a phone too.</summary>
internal static class BarChart
{
    private const double RowHeight = 33;
    private const double HeadingHeight = 26;

    public static void Write(Markup markup, string kind, string title, string description, IReadOnlyList<BarRow> rows)
    {
        var chart = new SvgChart(markup, rows.Sum(HeightOf) + 4, kind, title, description);
        var largest = rows.Max(row => row.Value);
        var y = 0.0;
        foreach (var row in rows)
        {
            Write(chart, row, y, largest);
            y += HeightOf(row);
        }
        chart.End();
    }

    private static double HeightOf(BarRow row) => row.Parts.Count == 0 ? HeadingHeight : RowHeight;

    private static void Write(SvgChart chart, BarRow row, double y, double largest)
    {
        var isHeading = row.Parts.Count == 0;
        var baseLine = isHeading ? y + 18 : y + 13;
        var room = SvgChart.Width - TextWidth.Of(row.ValueText, SvgChart.FontSize) - 10;
        chart.Text(0, baseLine, TextWidth.Fitted(row.Label, SvgChart.FontSize * (isHeading ? 1.06 : 1), room), isHeading ? "strong" : null);
        chart.Text(SvgChart.Width, baseLine, row.ValueText, isHeading ? "strong" : "quiet", "end");
        if (isHeading)
            return;
        chart.Rectangle(0, y + 18, SvgChart.Width, 8, "track", radius: 2);
        var x = 0.0;
        foreach (var part in row.Parts)
        {
            var width = largest > 0 ? part.Value / largest * SvgChart.Width : 0;
            chart.Rectangle(x, y + 18, width, 8, part.Style, part.Title, part.Value);
            x += width;
        }
    }
}
