using Temoto.Tensors;

namespace Temoto.Dataflow;

/// <summary>What bounds a step.</summary>
internal enum Bound
{
    Memory,
    Compute,
}

/// <summary>What a step costs on a board. Computed, not measured.</summary>
/// <param name="Operations">Multiplications and additions.</param>
/// <param name="MemorySeconds">To move its bytes beyond the on-chip level.</param>
/// <param name="ComputeSeconds">To do its arithmetic, and to unpack what is packed.</param>
/// <param name="RegionSeconds">To open and close its parallel region.</param>
internal sealed record StepPrice(PlanStep Step, Traffic Traffic, double Operations, double MemorySeconds, double ComputeSeconds, double RegionSeconds)
{
    /// <summary>Bytes move while numbers are multiplied: the longer of the two counts.</summary>
    public double Seconds => Math.Max(MemorySeconds, ComputeSeconds) + RegionSeconds;

    public Bound BoundBy => MemorySeconds > ComputeSeconds ? Bound.Memory : Bound.Compute;
}

/// <summary>Prices the steps of a plan on a board: the roofline of each (Williams et al., CACM 2009), with the bytes of the <see cref="TrafficLedger"/>.</summary>
internal static class PlanPrice
{
    /// <summary>
    /// Prices of all steps of a run of <paramref name="tokens"/> tokens with <paramref name="position"/> in the cache; in decode, of as many sequences with a token and a cache each.
    /// </summary>
    public static IReadOnlyList<StepPrice> Of(Plan plan, Board board, int tokens, int position)
    {
        var traffic = TrafficLedger.Run(plan with { OnChipBytes = board.OnChipBytesPerThread }, tokens, position);
        // What the steps hand each other lies in the shared cache if all of it fits there.
        var arenaRate = plan.ArenaBytes <= board.SharedCacheBytes ? board.CacheBytesPerSecond : board.ReadBytesPerSecond;
        var prices = new List<StepPrice>(plan.Steps.Count);
        var rows = tokens;
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            if (step.Op is SelectRowsOp)
                rows = Math.Min(tokens, plan.MaxLogitRows);
            var (operations, seconds) = Work(step, board, plan.Phase, rows, tokens, position);
            var moved = traffic[i];
            prices.Add(new StepPrice(
                step,
                moved,
                operations,
                (moved.Weights + moved.Kv) / board.ReadBytesPerSecond + (moved.Activations + moved.Intermediates) / arenaRate,
                seconds,
                rows > 1 || step.Op.Linears.Count > 0 || step.Op is SplitAttentionOp ? board.RegionSeconds : 0));
        }
        return prices;
    }

    private static (double Operations, double Seconds) Work(PlanStep step, Board board, Phase phase, int rows, int tokens, int position)
    {
        double operations = 0, seconds = 0;
        for (var i = 0; i < step.Op.Linears.Count; i++)
        {
            var linear = step.Op.Linears[i];
            var weight = step.Weights[i];
            var own = 2.0 * rows * weight.Rows * weight.Columns;
            operations += own;
            if (weight.EscapeShare is { } share && rows == 1 && linear.Input.Quantized)
            {
                seconds += own / (PackedWeights.RateFromMemory * board.PackedOperationsPerSecond(weight.Type, share));
                continue;
            }
            seconds += own / board.OperationsPerSecond(weight.Type, linear.Input.Quantized, rows == 1 || phase == Phase.Decode);
            if (weight.Packed)
                seconds += weight.Type.RowBytes(weight.Columns) * weight.Rows / board.UnpackBytesPerSecond;
        }
        var (shape, products) = step.Op switch
        {
            TphsAttentionOp op => (op.Shape, 2),
            SplitAttentionOp op => (op.Shape, 2),
            ScoresOp op => (op.Shape, 1),
            WeightedValuesOp op => (op.Shape, 1),
            _ => (null, 0),
        };
        if (shape is not null)
        {
            var positions = phase == Phase.Decode ? tokens * (position + 1.0)
                : shape.Causal ? tokens * (position + (tokens + 1) / 2.0) : (double)tokens * (position + tokens);
            var own = 2.0 * products * positions * shape.Heads * shape.HeadDim;
            operations += own;
            seconds += own / board.FloatOperationsPerSecond;
        }
        return (operations, seconds);
    }
}
