using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>
/// Seconds of products with the cache. A position of the cache is loaded once for all queries that meet it together and multiplied with each: for few queries loading takes the time, for
/// many arithmetic. A board that says its rate for several numbers of queries gives points of that curve; between two of them the time of a position is taken as a straight line.
/// </summary>
internal static class AttentionPrice
{
    /// <param name="done">Operations of the pairs of a token and a position it sees.</param>
    /// <param name="first">The unit that takes them.</param>
    public static double Seconds(Board board, Step step, WorkDone done, BoardUnit first, RunShape run)
    {
        if (first.Queries is null)
            return done.Operations / first.Rate;
        // The same unit at other points: all else is equal.
        var curve = board.Units.Where(unit => IsSameBut(unit, first)).OrderBy(unit => unit.Queries).ToList();
        return done.Operations * TileShare(step, run) / Rate(curve, Queries(step, run));
    }

    /// <summary>Operations per second for a number of queries that meet the cache together.</summary>
    public static double Rate(IReadOnlyList<BoardUnit> curve, double queries)
    {
        // Below the first point loading takes the time, whatever is multiplied; beyond the last arithmetic does.
        if (queries <= curve[0].Queries)
            return queries / PositionTime(curve[0]);
        var next = 1;
        while (next < curve.Count && curve[next].Queries < queries)
            next++;
        if (next == curve.Count)
            return curve[^1].Rate;
        var (low, high) = (curve[next - 1], curve[next]);
        var share = (queries - low.Queries!.Value) / (high.Queries!.Value - low.Queries.Value);
        return queries / (PositionTime(low) + share * (PositionTime(high) - PositionTime(low)));
    }

    /// <summary>Queries that meet a position of the cache together: those of a tile of tokens, of all heads that share it.</summary>
    private static double Queries(Step step, RunShape run) => TileTokens(step, run) * step.Attention!.GroupHeads;

    /// <summary>
    /// What is computed, over what the mask lets through: of a tile of tokens each is multiplied with as many positions as the last one sees.
    /// </summary>
    private static double TileShare(Step step, RunShape run)
    {
        if (step.Attention is { Causal: false } || step.Kind == StepKind.SplitAttention)
            return 1;
        double tile = TileTokens(step, run), tokens = run.Tokens, before = run.Positions[0];
        var seen = tokens * (before + (tokens + 1) / 2);
        return 1 + tokens * (tile - 1) / 2 / seen;
    }

    private static int TileTokens(Step step, RunShape run)
    {
        var tile = step.Kind switch
        {
            StepKind.SplitAttention => 1,
            StepKind.Scores or StepKind.WeightedValues => step.Tile(Dimension.Tokens),
            _ => step.InnerTile(Dimension.Tokens),
        };
        return Math.Min(tile, run.Tokens);
    }

    /// <summary>Time of a position, but for a factor that all points share.</summary>
    private static double PositionTime(BoardUnit unit) => unit.Queries!.Value / unit.Rate;

    private static bool IsSameBut(BoardUnit unit, BoardUnit first) =>
        unit.Work == first.Work && unit.Device == first.Device && unit.Queries is not null && unit.Tokens == first.Tokens && unit.Operands.Equals(first.Operands) && unit.Activations.Equals(first.Activations);
}
