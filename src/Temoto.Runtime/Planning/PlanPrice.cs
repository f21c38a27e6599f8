using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What bounds a step.</summary>
internal enum Bound
{
    Memory,
    Compute,
}

/// <summary>What a step costs on a board. Computed, not measured.</summary>
/// <param name="Operations">Multiplications and additions of products.</param>
/// <param name="MemorySeconds">To move its bytes beyond the on-chip level.</param>
/// <param name="ComputeSeconds">To do its arithmetic, and to unpack what is packed.</param>
/// <param name="LaunchSeconds">To begin and end it on its device.</param>
internal sealed record StepPrice(PlacedStep Placed, Traffic Traffic, double Operations, double MemorySeconds, double ComputeSeconds, double LaunchSeconds)
{
    public Step Step => Placed.Step;

    /// <summary>Of the shorter of <see cref="MemorySeconds"/> and <see cref="ComputeSeconds"/>, the share that hides behind the longer.</summary>
    public double Overlap { get; init; } = 1;

    /// <summary>Bytes move while numbers are multiplied: the longer of the two counts, and of the shorter what does not hide.</summary>
    public double Seconds => Math.Max(MemorySeconds, ComputeSeconds) + (1 - Overlap) * Math.Min(MemorySeconds, ComputeSeconds) + LaunchSeconds;

    public Bound BoundBy => MemorySeconds > ComputeSeconds ? Bound.Memory : Bound.Compute;
}

/// <summary>Prices the steps of a plan on a board: the roofline of each (Williams et al., CACM 2009), with the bytes and the work of the <see cref="TrafficLedger"/>.</summary>
internal static class PlanPrice
{
    /// <summary>
    /// Prices of all steps of a run of <paramref name="tokens"/> tokens with <paramref name="position"/> in the cache; in decode, of as many sequences with a token and a cache each.
    /// </summary>
    /// <param name="logitRows">0 for the parts of a long prompt before the last, which end early; in decode each sequence has its row.</param>
    public static IReadOnlyList<StepPrice> Of(Plan plan, Board board, int tokens, int position, int logitRows = 1)
    {
        var run = RunShape.Of(plan, tokens, position, logitRows);
        var read = board.Memory(MemoryLevel.External).BytesPerSecond.Value;
        // What the steps hand each other lies in the shared cache if all of it fits there.
        var arena = plan.ArenaBytes <= board.BytesOf(MemoryLevel.Shared) ? board.Memory(MemoryLevel.Shared).BytesPerSecond.Value : read;
        var prices = new List<StepPrice>();
        foreach (var (placed, moved, work) in TrafficLedger.Account(plan, board.BytesOf(MemoryLevel.OnChip), run))
        {
            var step = placed.Step;
            var rows = step.OnLogitRows ? run.LogitRows : tokens;
            // The device that plans run on takes a single row without waking anyone; others are always launched.
            var multiplies = work.Any(done => done.Kind == WorkKind.Product);
            var oneToken = rows == 1 || plan.Phase == Phase.Decode;
            prices.Add(new StepPrice(
                placed,
                moved,
                work.Where(done => done.Kind is WorkKind.Product or WorkKind.Attention).Sum(done => done.Operations),
                (moved.Weights + moved.Kv) / read + (moved.Activations + moved.Intermediates) / arena,
                work.Sum(done => Seconds(board, step, done, rows, oneToken, run)) + PassPrice.Epilogues(board, step, rows),
                rows > 1 || multiplies || step.Kind == StepKind.SplitAttention || step.Device != board.LastDevice.Name ? board.Device(step.Device).LaunchSeconds.Value : 0)
            {
                Overlap = OverlapOf(board, step, work, oneToken),
            });
        }
        return prices;
    }

    private static double Seconds(Board board, Step step, WorkDone done, int rows, bool oneToken, RunShape run)
    {
        var format = step.Find(done.Operand)?.Format;
        // Rows in the escape code are multiplied as they lie for one token, where a unit does that; else they are unpacked.
        var escapeUnit = rows == 1 && format is { Packing: RowPacking.Escape } && done.Kind is WorkKind.Product or WorkKind.Unpack
            ? board.UnitFor(step.Device, WorkKind.Product, format, step[done.Operand].Shape[1], step.InputOf(done.Operand).Format, oneToken: true)
            : null;
        switch (done.Kind)
        {
            case WorkKind.Product when escapeUnit is not null:
                return done.Operations / (PackedWeights.RateFromMemory * escapeUnit.RateOf(format!.EscapeShare ?? 0));
            case WorkKind.Product:
                return done.Operations / UnitOf(board, step, done, oneToken)!.Rate;
            case WorkKind.Attention:
                return AttentionPrice.Seconds(board, step, done, UnitOf(board, step, done, oneToken)!, run);
            case WorkKind.Elementwise:
                return PassPrice.Work(board, step, done.Operations);
            case WorkKind.Unpack when escapeUnit is not null:
                return 0;
            case WorkKind.Unpack:
            case WorkKind.Softmax:
            case WorkKind.Norm:
                return UnitOf(board, step, done, oneToken) is { } other ? done.Operations / other.Rate : 0;
            default:
                throw new InvalidOperationException($"no price for {done.Kind}");
        }
    }

    /// <summary>The last device does what the step's has no unit for: products in float32, and a board without a unit for other work does it in passing.</summary>
    private static BoardUnit? UnitOf(Board board, Step step, WorkDone done, bool oneToken)
    {
        var format = step.Find(done.Operand)?.Format;
        return done.Kind switch
        {
            WorkKind.Product => board.UnitFor(step.Device, done.Kind, format! with { Packing = RowPacking.None }, step[done.Operand].Shape[1], step.InputOf(done.Operand).Format, oneToken) ?? FloatUnit(board, oneToken),
            WorkKind.Attention => board.UnitFor(step.Device, done.Kind, format, step.Attention!.HeadDim, null, oneToken) ?? FloatUnit(board, oneToken),
            _ => board.UnitFor(step.Device, done.Kind, null, 0, null, oneToken) ?? board.UnitFor(board.LastDevice.Name, done.Kind, null, 0, null, oneToken),
        };
    }

    /// <summary>What hides is the matter of a step's main work: products, else attention, else whatever it does.</summary>
    private static double OverlapOf(Board board, Step step, Items<WorkDone> work, bool oneToken) =>
        work.OrderBy(done => done.Kind).Select(done => UnitOf(board, step, done, oneToken)?.Overlap).FirstOrDefault()?.Value ?? 1;

    private static BoardUnit FloatUnit(Board board, bool oneToken) => board.UnitFor(board.LastDevice.Name, WorkKind.Product, Format.Single, 1, Format.Single, oneToken)!;
}
