namespace Temoto.Evaluation.Benchmarking;

/// <summary>How far predictions lie from measurements, whatever the direction.</summary>
/// <param name="Median">Of the magnitudes of the errors, over what was measured.</param>
/// <param name="ShareWithin">Of the predictions whose error is at most <see cref="Bound"/>.</param>
internal sealed record PredictionErrors(double Median, double ShareWithin)
{
    /// <summary>An error that still tells which of two ways is faster when one takes half as long again.</summary>
    public const double Bound = 0.35;

    public static PredictionErrors Of(IReadOnlyCollection<double> errors) =>
        new(Spread.Of([.. errors.Select(Math.Abs)]).Median, errors.Count(error => Math.Abs(error) <= Bound) / (double)errors.Count);
}
