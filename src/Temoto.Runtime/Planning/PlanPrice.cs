using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>What bounds a step.</summary>
internal enum Bound
{
    Memory,
    Compute,
}

/// <summary>What a step costs on a board. Computed, not measured.</summary>
/// <param name="TouchedBytes">All it reads and writes, wherever that lies.</param>
/// <param name="Operations">Multiplications and additions of products.</param>
/// <param name="FetchSeconds">To read its bytes beyond the on-chip level.</param>
/// <param name="StoreSeconds">To write them back.</param>
/// <param name="ComputeSeconds">To do its arithmetic, and to unpack what is packed.</param>
/// <param name="LaunchSeconds">To begin and end it on its device.</param>
/// <param name="Overlap">Of the shorter of moving bytes and computing, the share that hides behind the longer.</param>
internal sealed record StepPrice(
    PlacedStep Placed,
    Traffic Traffic,
    long TouchedBytes,
    double Operations,
    double FetchSeconds,
    double StoreSeconds,
    double ComputeSeconds,
    double LaunchSeconds,
    double Overlap)
{
    public Step Step => Placed.Step;

    /// <summary>To move its bytes beyond the on-chip level.</summary>
    public double MemorySeconds => FetchSeconds + StoreSeconds;

    /// <summary>Where operands of the next tile move while this one is computed, the longer of the two counts, and of the shorter what does not hide.</summary>
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
        return Of(Account(plan, board, run), plan, board, run);
    }

    /// <summary>What the steps of a run move and do with the board's on-chip memory; the same at every bandwidth and rate.</summary>
    public static IReadOnlyList<StepAccount> Account(Plan plan, Board board, RunShape run) =>
        TrafficLedger.Account(plan, board.BytesOf(MemoryLevel.OnChip), run, board.Storage?.KeepsBetweenSteps ?? true);

    /// <param name="accounts">From <see cref="Account"/>, of this plan and run.</param>
    public static IReadOnlyList<StepPrice> Of(IReadOnlyList<StepAccount> accounts, Plan plan, Board board, RunShape run)
    {
        var external = board.Memory(MemoryLevel.External);
        // What the steps hand each other lies in the shared cache if all of it fits there.
        var arena = plan.ArenaBytes <= board.BytesOf(MemoryLevel.Shared) ? board.Memory(MemoryLevel.Shared) : external;
        var prices = new List<StepPrice>(accounts.Count);
        foreach (var (placed, moved, touched, work) in accounts)
        {
            var step = placed.Step;
            var device = board.Device(step.Device);
            var rows = step.OnLogitRows ? run.LogitRows : run.Tokens;
            // The device that plans run on takes a single row without waking anyone; others are always launched.
            var multiplies = work.Any(done => done.Kind == WorkKind.Product);
            var handed = moved.Activations + moved.Intermediates;
            var handedOn = Math.Min(moved.Stored, handed);
            var cached = moved.Stored - handedOn;
            var oneToken = rows == 1 || plan.Phase == Phase.Decode;
            var fetchSeconds = (moved.Weights + moved.Kv - cached) / external.BytesPerSecond.Value + (handed - handedOn) / arena.BytesPerSecond.Value;
            prices.Add(new StepPrice(
                placed,
                moved,
                touched,
                work.Where(done => done.Kind is WorkKind.Product or WorkKind.Attention).Sum(done => done.Operations),
                Math.Max(fetchSeconds, WorkPrice.StreamSeconds(board, step, work, oneToken)),
                cached / external.WriteRate + handedOn / arena.WriteRate,
                WorkPrice.Seconds(board, device, step, work, run, rows, oneToken),
                rows > 1 || multiplies || step.Kind == StepKind.SplitAttention || step.Device != board.LastDevice.Name ? device.LaunchSeconds.Value : 0,
                device.Overlap == Overlap.Additive ? 0 : WorkPrice.HiddenShare(board, step, work, oneToken)));
        }
        return prices;
    }
}
