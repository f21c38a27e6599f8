namespace Temoto.Simulation.Report.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Style">Class of its colour and dashes.</param>
internal sealed record ChartLine(string Style, IReadOnlyList<(double X, double Y)> Points, Func<(double X, double Y), string> Title);

/// <summary>Lines over an axis whose ticks are the values that were simulated.</summary>
internal static class LineChart
{
    private const double Height = 220;
    private const double Left = 50;
    private const double Top = 26;
    private const double Bottom = Height - 40;
    private const double Right = SvgChart.Width - 14;
    private const double LogarithmicFrom = 8;

    /// <param name="tick">How a value of the vertical axis reads.</param>
    public static void Write(Markup markup, string kind, string title, string description, (string X, string Y) names, Func<double, string> tick, IReadOnlyList<ChartLine> lines)
    {
        var chart = new SvgChart(markup, Height, kind, title, description);
        var across = lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order().ToList();
        var x = new ChartAxis(across[0], across[^1], Left, Right, across[^1] / across[0] > LogarithmicFrom);
        var (y, ticks) = ChartAxis.FromZero(lines.SelectMany(line => line.Points).Max(point => point.Y), Bottom, Top);
        foreach (var value in ticks)
        {
            chart.Line(Left, y.Place(value), Right, y.Place(value), "grid");
            chart.Text(Left - 6, y.Place(value) + 4, tick(value), "quiet", "end", 11);
        }
        WriteAcross(chart, x, across);
        chart.Text(0, 12, TextWidth.Fitted(names.Y, 11, SvgChart.Width), "quiet", size: 11);
        chart.Text((Left + Right) / 2, Height - 5, names.X, "quiet", "middle", 11);
        foreach (var line in lines)
        {
            chart.Polyline(line.Points.Select(point => (x.Place(point.X), y.Place(point.Y))), "line " + line.Style);
            foreach (var point in line.Points)
                chart.Circle(x.Place(point.X), y.Place(point.Y), 3, "point " + line.Style, line.Title(point));
        }
        chart.End();
    }

    private static void WriteAcross(SvgChart chart, ChartAxis x, List<double> values)
    {
        var free = double.NegativeInfinity;
        foreach (var value in values)
        {
            var (place, text) = (x.Place(value), Digits.Short(value));
            var half = TextWidth.Of(text, 11) / 2;
            chart.Line(place, Bottom, place, Bottom + 4, "axis");
            if (place - half < free || place + half > SvgChart.Width)
                continue;
            chart.Text(place, Bottom + 17, text, "quiet", "middle", 11);
            free = place + half + 4;
        }
    }
}
