namespace Temoto.Simulation.Report.Charts;

/// <summary>Places of values along one direction of a chart.</summary>
internal sealed record ChartAxis(double From, double To, double Start, double End, bool IsLogarithmic)
{
    public double Place(double value)
    {
        var share = IsLogarithmic ? Math.Log(value / From) / Math.Log(To / From) : (value - From) / (To - From);
        return Start + (End - Start) * share;
    }

    /// <summary>Whole powers of ten, every n-th so that there are at most <paramref name="most"/>.</summary>
    public IEnumerable<double> Decades(int most)
    {
        var (first, last) = ((int)Math.Ceiling(Math.Log10(From) - 1e-9), (int)Math.Floor(Math.Log10(To) + 1e-9));
        var every = Math.Max(1, (int)Math.Ceiling((last - first + 1) / (double)most));
        for (var power = first; power <= last; power += every)
            yield return Math.Pow(10, power);
    }

    /// <summary>A logarithmic axis in whole decades around values.</summary>
    public static ChartAxis Decades(IEnumerable<double> values, double start, double end)
    {
        var all = values.ToList();
        var from = Math.Pow(10, Math.Floor(Math.Log10(all.Min())));
        var to = Math.Pow(10, Math.Ceiling(Math.Log10(all.Max())));
        return new ChartAxis(from, to > from ? to : from * 10, start, end, IsLogarithmic: true);
    }

    /// <summary>From zero to a round number above all values, with its ticks.</summary>
    public static (ChartAxis Axis, IReadOnlyList<double> Ticks) FromZero(double largest, double start, double end)
    {
        var step = Step(Math.Max(largest, 1e-12) / 4);
        var count = Math.Max(1, (int)Math.Ceiling(largest / step - 1e-9));
        return (new ChartAxis(0, count * step, start, end, IsLogarithmic: false), [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
    }

    /// <summary>1, 2 or 5 times a power of ten, the next one up.</summary>
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return new[] { 1.0, 2, 5, 10 }.First(factor => factor * power >= least * (1 - 1e-9)) * power;
    }
}
