namespace Temoto.Evaluation.Benchmarking;

/// <summary>Repetitions in three numbers.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    /// <summary>The median of an even number is the mean of the middle two.</summary>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}
