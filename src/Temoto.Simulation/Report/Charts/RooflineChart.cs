using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Charts;

/// <summary>An operation under the roofs.</summary>
/// <param name="Number">As the bars number it.</param>
internal sealed record RooflinePoint(int Number, SimulatedOperation Operation)
{
    public bool HasPlace => Operation is { Operations: > 0, Traffic.Total: > 0, Seconds: > 0 };

    public double OperationsPerByte => Operation.Operations / Operation.Traffic.Total;

    public double OperationsPerSecond => Operation.Operations / Operation.Seconds;
}

/// <summary>The words of the chart.</summary>
internal sealed record RooflineNames(string Title, string Description, string Across, string Up, string Memory);

/// <summary>Points under a slope, which memory gives, and flat lines, which units give; both axes logarithmic.</summary>
internal static class RooflineChart
{
    private const double Height = 280;
    private const double Left = 46;
    private const double Top = 24;
    private const double Right = SvgChart.Width - 6;
    private const double Bottom = Height - 38;
    private const double SmallSize = 11;
    /// <summary>Points nearer than this share a label.</summary>
    private const double Near = 9;
    private const int SlopeSteps = 60;

    public static void Write(Markup markup, RooflineNames names, double bytesPerSecond, IReadOnlyList<(string Device, double OperationsPerSecond)> roofs, IReadOnlyList<RooflinePoint> points)
    {
        var chart = new SvgChart(markup, Height, "roofline", names.Title, names.Description);
        var highest = roofs.Select(roof => roof.OperationsPerSecond).Concat(points.Select(point => point.OperationsPerSecond)).Max();
        var x = ChartAxis.Decades([.. points.Select(point => point.OperationsPerByte), highest / bytesPerSecond], Left, Right);
        var y = ChartAxis.Decades([.. points.Select(point => point.OperationsPerSecond), .. roofs.Select(roof => roof.OperationsPerSecond), highest], Bottom, Top);
        WriteGrid(chart, names, x, y);
        var places = new LabelPlaces(Left, Top, Right, Bottom);
        foreach (var point in points)
            places.Keep(x.Place(point.OperationsPerByte) - 5, y.Place(point.OperationsPerSecond) - 5, x.Place(point.OperationsPerByte) + 5, y.Place(point.OperationsPerSecond) + 5);
        WriteMemory(chart, places, names, bytesPerSecond, x, y, highest);
        foreach (var (device, rate) in roofs)
            WriteRoof(chart, places, device, rate, bytesPerSecond, x, y);
        foreach (var point in points)
            chart.Circle(x.Place(point.OperationsPerByte), y.Place(point.OperationsPerSecond), 4.5, "dot", Name(point));
        WriteNumbers(chart, places, [.. points.Select(point => (x.Place(point.OperationsPerByte), y.Place(point.OperationsPerSecond), point.Number))]);
        chart.End();
    }

    private static void WriteGrid(SvgChart chart, RooflineNames names, ChartAxis x, ChartAxis y)
    {
        foreach (var value in y.Decades(6))
        {
            chart.Line(Left, y.Place(value), Right, y.Place(value), "grid");
            chart.Text(Left - 5, y.Place(value) + 4, Digits.SiShort(value, ""), "quiet", "end", SmallSize);
        }
        foreach (var value in x.Decades(6))
        {
            var (place, text) = (x.Place(value), Digits.Short(value));
            chart.Line(place, Top, place, Bottom, "grid");
            chart.Text(Math.Min(place, SvgChart.Width - TextWidth.Of(text, SmallSize) / 2), Bottom + 15, text, "quiet", "middle", SmallSize);
        }
        chart.Text(0, 12, TextWidth.Fitted(names.Up, SmallSize, SvgChart.Width), "quiet", size: SmallSize);
        chart.Text((Left + Right) / 2, Height - 5, names.Across, "quiet", "middle", SmallSize);
    }

    private static void WriteMemory(SvgChart chart, LabelPlaces places, RooflineNames names, double bytesPerSecond, ChartAxis x, ChartAxis y, double highest)
    {
        // The slope enters at the left or at the bottom, and ends at the highest roof.
        var from = Math.Max(x.From, y.From / bytesPerSecond);
        var to = highest / bytesPerSecond;
        chart.Line(x.Place(from), y.Place(from * bytesPerSecond), x.Place(to), y.Place(highest), "roof");
        for (var step = 0; step <= SlopeSteps; step++)
        {
            var at = from * Math.Pow(to / from, step / (double)SlopeSteps);
            places.Keep(x.Place(at) - 2, y.Place(at * bytesPerSecond) - 2, x.Place(at) + 2, y.Place(at * bytesPerSecond) + 2);
        }
        var text = $"{names.Memory} {Digits.Si(bytesPerSecond, "B/s")}";
        var middle = Math.Sqrt(from * to);
        Label(chart, places, x.Place(middle) - TextWidth.Of(text, SmallSize) / 2 - 14, y.Place(middle * bytesPerSecond) - 16, text);
    }

    private static void WriteRoof(SvgChart chart, LabelPlaces places, string device, double rate, double bytesPerSecond, ChartAxis x, ChartAxis y)
    {
        var from = Math.Max(x.From, rate / bytesPerSecond);
        chart.Line(x.Place(Math.Min(from, x.To)), y.Place(rate), Right, y.Place(rate), "roof");
        places.Keep(x.Place(Math.Min(from, x.To)), y.Place(rate) - 2, Right, y.Place(rate) + 2);
        var text = TextWidth.Fitted($"{device} {Digits.Si(rate, "op/s")}", SmallSize, 160);
        Label(chart, places, Right - TextWidth.Of(text, SmallSize) / 2 - 2, y.Place(rate) - 7, text);
    }

    private static string Name(RooflinePoint point) =>
        $"{point.Number} {point.Operation.Name}: {Digits.Of(point.OperationsPerByte)} op/B, {Digits.Si(point.OperationsPerSecond, "op/s")}";

    /// <summary>Points that lie on each other have one label with all their numbers.</summary>
    private static void WriteNumbers(SvgChart chart, LabelPlaces places, List<(double X, double Y, int Number)> points)
    {
        while (points.Count > 0)
        {
            var first = points[0];
            var group = points.Where(point => Math.Max(Math.Abs(point.X - first.X), Math.Abs(point.Y - first.Y)) < Near).ToList();
            points.RemoveAll(group.Contains);
            Label(chart, places, first.X, first.Y, string.Join(", ", group.Select(point => Digits.Short(point.Number))), "strong");
        }
    }

    private static void Label(SvgChart chart, LabelPlaces places, double x, double y, string text, string style = "quiet")
    {
        if (places.Find(x, y, text, SmallSize) is { } place)
            chart.Text(place.X, place.Y, text, style, size: SmallSize);
    }
}
