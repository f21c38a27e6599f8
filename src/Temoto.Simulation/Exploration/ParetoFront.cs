namespace Temoto.Simulation.Exploration;

/// <summary>Designs than which no other is better all round: faster decode, faster prefill, fewer watts, a smaller share of LUTs and DSPs.</summary>
internal static class ParetoFront
{
    /// <summary>By decode, the fastest first; of designs that are equal in all four, the one with the least memory, then the first.</summary>
    public static IReadOnlyList<ExploredDesign> Of(IReadOnlyList<ExploredDesign> designs)
    {
        var different = designs.GroupBy(Goals).Select(same => same.MinBy(design => design.MemoryShare)!).ToList();
        return
        [
            .. different.Where(design => !different.Exists(other => Dominates(other, design)))
                .OrderByDescending(design => design.Decode.TokensPerSecond).ThenByDescending(design => design.Prefill.TokensPerSecond).ThenBy(design => design.Watts),
        ];
    }

    /// <summary>As good in everything and better in something.</summary>
    public static bool Dominates(ExploredDesign a, ExploredDesign b) =>
        a.Decode.TokensPerSecond >= b.Decode.TokensPerSecond && a.Prefill.TokensPerSecond >= b.Prefill.TokensPerSecond && a.Watts <= b.Watts && a.LogicShare <= b.LogicShare
        && Goals(a) != Goals(b);

    private static (double, double, double, double) Goals(ExploredDesign design) => (design.Decode.TokensPerSecond, design.Prefill.TokensPerSecond, design.Watts, design.LogicShare);
}
