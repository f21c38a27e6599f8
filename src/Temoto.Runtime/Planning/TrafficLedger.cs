using Temoto.Plans;

namespace Temoto.Planning;

/// <summary>How much of one kind of work a step does.</summary>
internal sealed record WorkDone(WorkKind Kind, OperandRole Operand, double Operations);

/// <summary>What a step moves beyond the on-chip level, and what it computes.</summary>
/// <param name="TouchedBytes">All it reads and writes, wherever that lies.</param>
internal sealed record StepAccount(PlacedStep Step, Traffic Traffic, long TouchedBytes, Items<WorkDone> Work)
{
    /// <summary>What lies between two accounts of the same step, whose bytes and operations grow evenly.</summary>
    /// <param name="share">0 for the first, 1 for the last.</param>
    public static StepAccount Between(StepAccount first, StepAccount last, double share)
    {
        return new StepAccount(
            first.Step,
            new Traffic(
                Mid(first.Traffic.Weights, last.Traffic.Weights),
                Mid(first.Traffic.Activations, last.Traffic.Activations),
                Mid(first.Traffic.Intermediates, last.Traffic.Intermediates),
                Mid(first.Traffic.Kv, last.Traffic.Kv),
                Mid(first.Traffic.Stored, last.Traffic.Stored)),
            Mid(first.TouchedBytes, last.TouchedBytes),
            [.. first.Work.Zip(last.Work, (a, b) => a with { Operations = a.Operations + share * (b.Operations - a.Operations) })]);

        long Mid(long a, long b) => a + (long)Math.Round(share * (b - a));
    }
}

/// <summary>
/// The bytes each step of a plan moves beyond the on-chip level, and the work it does: a listener of the plan's loops (<see cref="PlanWalk"/>) that sends every access through a
/// <see cref="CacheModel"/>. One worker computes; what a kernel keeps in its own scratch, and what a run is given (token ids, cosines, pixels), is not counted.
/// </summary>
internal sealed class TrafficLedger : IPlanListener
{
    private readonly CacheModel cache;
    private readonly RepeatedTiles repeated;

    /// <summary>Of the step that is walked: a piece of work of each kind, and the operations of all of them.</summary>
    private readonly List<Work> works = [];
    private readonly List<double> totals = [];
    private readonly long weightBase;
    private readonly long kvBase;
    private readonly long kvBytes;
    private readonly bool keepsBetweenSteps;
    private long touchedBytes;

    /// <summary>By tiles that were not carried out.</summary>
    private Traffic passedOver;
    private PlacedStep placed = null!;

    private TrafficLedger(Plan plan, long onChipBytes, bool keepsBetweenSteps)
    {
        this.keepsBetweenSteps = keepsBetweenSteps;
        cache = new CacheModel(onChipBytes);
        repeated = new RepeatedTiles(onChipBytes, cache.PageLines);
        // The arena lies at 0, weights and caches behind it.
        weightBase = Lines(plan.BytesOf(MemoryRegion.Activations));
        kvBase = weightBase + Lines(plan.BytesOf(MemoryRegion.Weights));
        kvBytes = Lines(plan.BytesOf(MemoryRegion.KvCache));
    }

    /// <summary>The traffic of each step of a run, on a chip that holds nothing yet; what is left to write back counts for the last step.</summary>
    public static IReadOnlyList<Traffic> Run(Plan plan, long onChipBytes, RunShape run) => [.. Account(plan, onChipBytes, run).Select(account => account.Traffic)];

    /// <summary>
    /// The same with the work of each step, on a chip that keeps what fits from step to step or not. Layers of a section differ by where their operands lie and by nothing else: once two in a row have moved the same, those that follow do too;
    /// and behind a layer that has fetched more than the chip holds, of whatever was there before nothing is left, so that the layer after it is like all that follow.
    /// </summary>
    public static IReadOnlyList<StepAccount> Account(Plan plan, long onChipBytes, RunShape run, bool keepsBetweenSteps = true)
    {
        var ledger = new TrafficLedger(plan, onChipBytes, keepsBetweenSteps);
        var walk = new PlanWalk(plan, run, ledger);
        var accounts = new List<StepAccount>();
        foreach (var section in plan.Sections)
        {
            StepAccount[] before = [];
            var steady = false;
            for (var repeat = 0; repeat < section.Layers; repeat++)
            {
                var own = new StepAccount[section.Steps.Count];
                for (var i = 0; i < own.Length; i++)
                {
                    var placed = section.Place(section.Steps[i], repeat);
                    // Without logits a run ends where their rows would be selected.
                    if (run.LogitRows == 0 && placed.Step.Kind == StepKind.SelectRows)
                        return ledger.Flushed(accounts, own[..i]);
                    own[i] = steady ? before[i] with { Step = placed } : ledger.Walk(walk, placed);
                }
                steady = before.Length > 0 && (before.Sum(step => step.Traffic.Fetched) > onChipBytes || own.Index().All(item => (item.Item.Traffic, item.Item.Work) == (before[item.Index].Traffic, before[item.Index].Work)));
                before = own;
                accounts.AddRange(own);
            }
        }
        return ledger.Flushed(accounts, []);
    }

    void IPlanListener.Touch(in Touch touch) => Touch(touch, 0, 1);

    void IPlanListener.Touch(in Touch first, long strideBytes, long count) => Touch(first, strideBytes, count);

    void IPlanListener.Compute(Work work, double operations)
    {
        // Called for every tile: a step does a handful of kinds.
        for (var index = 0; index < works.Count; index++)
        {
            if (works[index].Kind != work.Kind || works[index].Operand != work.Operand)
                continue;
            totals[index] += operations;
            return;
        }
        works.Add(work);
        totals.Add(operations);
    }

    long IPlanListener.PassOver(Loop loop, long tile, long tiles)
    {
        // Tiles of tokens see more of the cache the later they come; tiles of rows are alike.
        if (loop.Over != Dimension.Columns)
            return 0;
        var count = repeated.From(loop, tile, tiles, new TileAccount(Traffic.CausedIn(cache) + passedOver, touchedBytes, WorkOfStep()));
        if (count == 0)
            return 0;
        var like = repeated.Like!;
        passedOver += like.Traffic * count;
        touchedBytes += like.TouchedBytes * count;
        for (var index = 0; index < totals.Count; index++)
            totals[index] += like.Work[index].Operations * count;
        return count;
    }

    private void Touch(in Touch first, long strideBytes, long count)
    {
        touchedBytes += count * first.Bytes;
        var (address, kind) = first.Operand.Memory switch
        {
            MemoryRegion.Activations => (first.Offset, first.Operand.IsIntermediate ? CacheModel.MovedKind.Intermediates : CacheModel.MovedKind.Activations),
            MemoryRegion.Weights => (Apart(weightBase, first), CacheModel.MovedKind.Weights),
            MemoryRegion.KvCache => (Apart(kvBase + first.Sequence * kvBytes, first), CacheModel.MovedKind.Kv),
            _ => (-1L, default),
        };
        if (address >= 0)
            cache.Touch(address, first.Bytes, strideBytes, count, first.Kind is AccessKind.Write or AccessKind.Append, kind);
    }

    private StepAccount Walk(PlanWalk walk, PlacedStep step)
    {
        works.Clear();
        totals.Clear();
        (placed, touchedBytes) = (step, 0);
        var before = Moved();
        walk.Walk(step);
        if (!keepsBetweenSteps)
            cache.Flush();
        return new StepAccount(step, Moved() - before, touchedBytes, WorkOfStep());
    }

    private Traffic Moved() => Traffic.Of(cache) + passedOver;

    private Items<WorkDone> WorkOfStep()
    {
        var done = new WorkDone[works.Count];
        for (var index = 0; index < done.Length; index++)
            done[index] = new WorkDone(works[index].Kind, works[index].Operand, totals[index]);
        return Items.Of<WorkDone>(done);
    }

    private List<StepAccount> Flushed(List<StepAccount> accounts, StepAccount[] more)
    {
        accounts.AddRange(more);
        var before = Traffic.Of(cache);
        cache.Flush();
        accounts[^1] = accounts[^1] with { Traffic = accounts[^1].Traffic + (Traffic.Of(cache) - before) };
        return accounts;
    }

    /// <summary>Each weight and each cache begins with a page of its own, so that layers whose places differ by no whole pages move the same.</summary>
    private long Apart(long memory, in Touch touch)
    {
        var start = placed.Offset(touch.Part);
        return ((memory + start) << 12) + touch.Offset - start;
    }

    /// <summary>Whole lines, and one between two memories.</summary>
    private static long Lines(long bytes) => (bytes / CacheModel.LineBytes + 2) * CacheModel.LineBytes;
}
