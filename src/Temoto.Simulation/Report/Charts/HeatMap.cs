using Temoto.Plans;
using Temoto.Simulation.Costing;

namespace Temoto.Simulation.Report.Charts;

/// <summary>Which dataflow is faster by how much, over bandwidths and numbers of elements, with the line along which they are equally fast.</summary>
internal static class HeatMap
{
    private const double Left = 54;
    private const double Top = 20;
    private const double RowHeight = 30;
    private const double LeastTextWidth = 30;

    public static void Write(Markup markup, string title, string description, (string X, string Y, string AsItIs) names, Sweep sweep)
    {
        var bottom = Top + RowHeight * sweep.Elements.Count;
        var chart = new SvgChart(markup, bottom + 40, "heat", title, description);
        var width = (SvgChart.Width - Left) / sweep.BandwidthsGbps.Count;
        chart.Text(0, 12, names.Y, "quiet", size: 11);
        for (var row = 0; row < sweep.Elements.Count; row++)
        {
            var y = Top + RowHeight * row;
            chart.Text(Left - 6, y + RowHeight / 2 + 4, sweep.Elements[row] is { } count ? Digits.Short(count) : names.AsItIs, "quiet", "end", 11);
            for (var column = 0; column < sweep.BandwidthsGbps.Count; column++)
                WriteCell(chart, sweep.Cells[row * sweep.BandwidthsGbps.Count + column], Left + width * column, y, width);
        }
        WriteAcross(chart, sweep.BandwidthsGbps, width, bottom);
        chart.Text((Left + SvgChart.Width) / 2, bottom + 35, names.X, "quiet", "middle", 11);
        chart.Polyline(Crossing(sweep, width), "crossing-back");
        chart.Polyline(Crossing(sweep, width), "crossing");
        chart.End();
    }

    /// <summary>"T 1.42": TPHS takes 1.42 times less.</summary>
    public static string TextOf(SweepCell cell) => $"{(cell.Faster == DataflowMode.Tphs ? "T" : "G")} {Digits.Of(Ratio(cell))}";

    private static double Ratio(SweepCell cell) => cell.Faster == DataflowMode.Tphs ? cell.GemmSeconds / cell.TphsSeconds : cell.TphsSeconds / cell.GemmSeconds;

    private static void WriteCell(SvgChart chart, SweepCell cell, double x, double y, double width)
    {
        // Four strengths: a few percent, up to a quarter, up to twice, more.
        var strength = Ratio(cell) switch { < 1.05 => 1, < 1.25 => 2, < 2 => 3, _ => 4 };
        var title = FormattableString.Invariant($"{cell.Elements?.ToString(System.Globalization.CultureInfo.InvariantCulture)} {Digits.Short(cell.BandwidthGbps)} Gbit/s: GEMM {Digits.Si(cell.GemmSeconds, "s")}, TPHS {Digits.Si(cell.TphsSeconds, "s")}").TrimStart();
        chart.Rectangle(x + 1, y + 1, width - 2, RowHeight - 2, $"{(cell.Faster == DataflowMode.Tphs ? "tphs" : "gemm")} strength{strength}", title, Ratio(cell), radius: 2);
        var text = TextOf(cell);
        var size = Math.Min(10.5, (width - 4) / TextWidth.Of(text, 1));
        if (width >= LeastTextWidth)
            chart.Text(x + width / 2, y + RowHeight / 2 + 4, text, $"cell-text on{strength}", "middle", size);
    }

    private static void WriteAcross(SvgChart chart, IReadOnlyList<double> bandwidths, double width, double bottom)
    {
        var free = double.NegativeInfinity;
        for (var column = 0; column < bandwidths.Count; column++)
        {
            var (place, text) = (Left + width * (column + 0.5), Digits.Short(bandwidths[column]));
            var half = TextWidth.Of(text, 11) / 2;
            if (place - half < free)
                continue;
            chart.Text(place, bottom + 15, text, "quiet", "middle", 11);
            free = place + half + 4;
        }
    }

    private static IEnumerable<(double X, double Y)> Crossing(Sweep sweep, double width)
    {
        var y = Top;
        foreach (var (_, gbps) in sweep.Crossover)
        {
            var x = Left + Math.Clamp(width * Column(sweep.BandwidthsGbps, gbps), 0, SvgChart.Width - Left - 1);
            yield return (x, y);
            yield return (x, y += RowHeight);
        }
    }

    /// <summary>Centres of columns are their bandwidths; between two of them places are by straight lines, as in the sweep.</summary>
    private static double Column(IReadOnlyList<double> bandwidths, double gbps)
    {
        if (gbps <= 0)
            return 0;
        for (var i = 0; i + 1 < bandwidths.Count; i++)
        {
            if (gbps >= bandwidths[i] && gbps <= bandwidths[i + 1])
                return i + 0.5 + (gbps - bandwidths[i]) / (bandwidths[i + 1] - bandwidths[i]);
        }
        return bandwidths.Count;
    }
}
