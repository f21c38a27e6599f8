using System.Globalization;

namespace Temoto.Simulation.Papers;

/// <summary>A figure of a paper beside ours.</summary>
/// <param name="Published">As printed; null where the paper gives none.</param>
/// <param name="Unit">"x" for a ratio.</param>
/// <param name="Note">What ours rests on, and why it differs.</param>
internal sealed record PaperRow(string What, double? Published, double Ours, string Unit, string Note)
{
    /// <summary>(ours - published) / published; null without a published figure.</summary>
    public double? Difference => Published is { } value ? (Ours - value) / value : null;

    /// <summary>A row of a Markdown table.</summary>
    public string Markdown() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {What} | {(Published is { } value ? Number(value) : "-")} | {Number(Ours)} | {Unit} | {(Difference is { } difference ? difference.ToString("+0.0 %;-0.0 %;0 %", CultureInfo.InvariantCulture) : "-")} | {Note} |");

    /// <summary>Whole numbers as they are, others with four digits.</summary>
    private static string Number(double value) => value == Math.Floor(value) && Math.Abs(value) < 1e15
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString(Math.Abs(value) >= 100 ? "0.0" : Math.Abs(value) >= 10 ? "0.00" : "0.000", CultureInfo.InvariantCulture);
}
