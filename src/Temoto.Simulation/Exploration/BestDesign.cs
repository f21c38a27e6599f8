namespace Temoto.Simulation.Exploration;

/// <summary>The fastest decode, of these the fastest prefill, of these the fewest resources, of these the lowest clock.</summary>
internal static class BestDesign
{
    /// <summary>Speeds as near as that are the same: figures that are assumed tell no more.</summary>
    private const double SameShare = 0.98;

    /// <exception cref="InputException">No design keeps within the budget.</exception>
    public static ExploredDesign Of(IReadOnlyList<ExploredDesign> designs, double? powerBudgetWatts)
    {
        var within = designs.Where(design => powerBudgetWatts is not { } budget || design.Watts <= budget).ToList();
        if (within.Count == 0)
            throw TooFewWatts(powerBudgetWatts!.Value, designs.Min(design => design.Watts));
        var fastest = Fastest(Fastest(within, design => design.Decode.TokensPerSecond), design => design.Prefill.TokensPerSecond);
        return fastest.OrderBy(design => design.LogicShare).ThenBy(design => design.MemoryShare).ThenBy(design => design.Parameters.ClockHz).First();
    }

    /// <summary>A line.</summary>
    public static string Reason(ExploredDesign best, int designs, DeviceResources device, ExplorationSettings settings) => FormattableString.Invariant(
        $"of {designs} designs that fit {device.Name}{(settings.PowerBudgetWatts is { } budget ? $", within {budget:0.##} W," : "")} the fastest decode ({best.Decode.TokensPerSecond:0.0} tokens/s), then the fastest prefill ({best.Prefill.TokensPerSecond:0} tokens/s), each within {1 - SameShare:0 %}, then the fewest LUTs and DSPs, the least memory and the lowest clock");

    private static List<ExploredDesign> Fastest(List<ExploredDesign> designs, Func<ExploredDesign, double> rate)
    {
        var least = SameShare * designs.Max(rate);
        return [.. designs.Where(design => rate(design) >= least)];
    }

    private static InputException TooFewWatts(double budgetWatts, double leastWatts) => new(
        "power budget",
        null,
        FormattableString.Invariant($"{budgetWatts:0.###} W"),
        FormattableString.Invariant($"at least {Math.Ceiling(leastWatts * 1000) / 1000:0.###} W, which the most frugal design that fits takes (simulated)"),
        "raise the budget, or choose another board");
}
