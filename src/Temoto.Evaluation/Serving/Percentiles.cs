namespace Temoto.Evaluation.Serving;

/// <summary>Of many values, the least that half of them, nine of ten, and 99 of a hundred do not exceed (nearest rank).</summary>
internal readonly record struct Percentiles(double P50, double P90, double P99)
{
    /// <returns>Null where there are no values.</returns>
    public static Percentiles? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : new Percentiles(At(50), At(90), At(99));

        double At(int percent) => sorted[(sorted.Length * percent + 99) / 100 - 1];
    }
}
