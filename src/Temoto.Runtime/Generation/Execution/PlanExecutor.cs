using Temoto.Kernels;
using Temoto.Machine;
using Temoto.Plans;
using Temoto.Tensors;

namespace Temoto.Generation.Execution;

/// <summary>
/// Runs a plan exactly as it stands: binds each step to its addresses once, then executes the steps in order on the pool.
/// All memory is allocated here; a run allocates nothing. One run at a time.
/// </summary>
internal sealed unsafe class PlanExecutor : IDisposable
{
    private readonly Plan plan;
    private readonly WorkerPool pool;
    private readonly NativeBuffer arena;
    private readonly NativeBuffer scratch;
    private readonly NativeBuffer run;
    private readonly ForwardState state;
    private readonly BoundStep[] steps;
    private readonly int stepsBeforeLogits;
    private readonly BoundWeights weights;
    private readonly BoundRotary[] rotary;

    /// <summary>Whose rows are, in runs of several texts: made with the first.</summary>
    private TextRow[]? texts;

    /// <summary>Where the run's token ids or pixels go; null where the plan reads none.</summary>
    private readonly int* tokenIds;
    private readonly float* pixels;
    private readonly long pixelCount;

    public PlanExecutor(Plan plan, BoundWeights weights, KernelSet kernels, WorkerPool pool)
    {
        this.plan = plan;
        this.pool = pool;
        this.weights = weights;
        arena = new NativeBuffer(plan.ArenaBytes);
        run = new NativeBuffer(plan.BytesOf(MemoryRegion.Run));
        var scratchFloats = ScratchFloats(plan, kernels);
        scratch = new NativeBuffer(scratchFloats * sizeof(float) * pool.Threads);
        var scratchOfWorker = new float*[pool.Threads];
        for (var worker = 0; worker < pool.Threads; worker++)
            scratchOfWorker[worker] = scratch.Floats + worker * scratchFloats;
        state = new ForwardState
        {
            RowsAreSequences = plan.Phase == Phase.Decode,
            Caches = new KvCache[plan.Phase == Phase.Decode ? plan.MaxTokens : 1],
            Positions = new int[plan.Phase == Phase.Decode ? plan.MaxTokens : 0],
            Kernels = kernels,
            Threads = pool.Threads,
            Scratch = scratchOfWorker,
            Arena = arena.Data,
            Run = run.Data,
        };
        var bound = new List<BoundStep>();
        stepsBeforeLogits = -1;
        foreach (var placed in plan.Steps)
        {
            if (placed.Step.Kind == StepKind.SelectRows && stepsBeforeLogits < 0)
                stepsBeforeLogits = bound.Count;
            bound.Add(StepBinder.Bind(new StepBinding(plan, placed, state, weights.Of)));
        }
        steps = [.. bound];
        if (stepsBeforeLogits < 0)
            stepsBeforeLogits = steps.Length;
        rotary = [.. BoundRotary.Of(plan, run.Data)];
        if (plan.Find(OperandRole.TokenIds) is { } ids)
            tokenIds = (int*)(run.Data + ids.Elements.OffsetBytes);
        if (plan.Find(OperandRole.Pixels) is { } picture)
        {
            pixels = (float*)(run.Data + picture.Elements.OffsetBytes);
            pixelCount = picture.Bytes / sizeof(float);
        }
    }

    /// <summary>Where the times of steps are kept; null, as it is where nobody measures, to look at no clock.</summary>
    public StepTimes? Times { get; set; }

    /// <summary>Where the activations lie, [ArenaBytes].</summary>
    public byte* Arena => arena.Data;

    /// <summary>Bytes an executor of <paramref name="plan"/> will hold beside weights and caches: arena, scratch, tables.</summary>
    public static long Bytes(Plan plan, KernelSet kernels, int threads) =>
        plan.ArenaBytes + plan.BytesOf(MemoryRegion.Run) + ScratchFloats(plan, kernels) * sizeof(float) * threads;

    /// <summary>
    /// Appends <paramref name="tokens"/> to <paramref name="cache"/> and computes the logits of the last <paramref name="logitRows"/> of them, if any.
    /// </summary>
    /// <exception cref="OperationCanceledException">Between two steps; the cache is as it was before.</exception>
    /// <returns>[logitRows, vocab], valid until the next run.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<int> tokens, KvCache cache, int logitRows, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        // The tokens of one sequence follow each other: in a plan whose rows are sequences there is one.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, state.RowsAreSequences ? 1 : plan.MaxTokens, nameof(tokens));
        Check(tokens, cache);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logitRows, Math.Min(plan.MaxLogitRows, tokens.Length));

        state.LogitRows = logitRows;
        state.Position = cache.Length;
        state.Caches[0] = cache;
        state.Texts = null;
        if (state.RowsAreSequences)
            state.Positions[0] = cache.Length;
        Begin(tokens);
        Run(cancellation);
        cache.Advance(tokens.Length);
        return Logits(logitRows);
    }

    /// <summary>
    /// Computes the outputs of all tokens of several texts, none of which sees another. Each gets what it would get alone, where products of few tokens and of many have one order of sums (those of
    /// integers have), else within rounding.
    /// </summary>
    /// <param name="tokens">Of all texts, one after the other: at most the plan's, and in the cache's room for them (<see cref="PlacesOf"/>).</param>
    /// <param name="lengths">Of each text.</param>
    /// <param name="cache">What it holds is lost, and it holds nothing afterwards.</param>
    /// <returns>[tokens, outputs], valid until the next run.</returns>
    public ReadOnlySpan<float> ForwardTexts(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, KvCache cache, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Math.Min(plan.MaxTokens, plan.MaxLogitRows), nameof(tokens));
        cache.Truncate(0);
        Check(tokens, cache);
        state.LogitRows = tokens.Length;
        state.Position = 0;
        state.Caches[0] = cache;
        state.Texts = texts ??= new TextRow[plan.MaxTokens];
        Place(lengths, tokens.Length, cache.Context);
        Begin(tokens);
        Run(cancellation);
        return Logits(tokens.Length);
    }

    /// <summary>Places that a text takes in a cache which it shares with others.</summary>
    public static int PlacesOf(int length) => KvLayout.WholePanels(length);

    private void Place(ReadOnlySpan<int> lengths, int tokens, int context)
    {
        int row = 0, start = 0;
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Math.Min(tokens - row, context - start), nameof(lengths));
            for (var position = 0; position < length; position++)
                texts![row++] = new TextRow(position, start, start + length);
            start += PlacesOf(length);
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(row, tokens, nameof(lengths));
    }

    /// <summary>
    /// Appends one token to each of several sequences and computes the logits of all of them. What a sequence gets is what it would get alone, bit for bit.
    /// </summary>
    /// <param name="tokens">One for each cache.</param>
    /// <param name="caches">Each once.</param>
    /// <exception cref="OperationCanceledException">Between two steps; the caches are as they were before.</exception>
    /// <returns>[tokens, vocab], valid until the next run.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<int> tokens, ReadOnlySpan<KvCache> caches, CancellationToken cancellation = default)
    {
        RequireRows(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(caches.Length, tokens.Length, nameof(caches));
        for (var row = 0; row < tokens.Length; row++)
        {
            Check(tokens.Slice(row, 1), caches[row]);
            for (var other = 0; other < row; other++)
            {
                if (caches[other] == caches[row])
                    throw new ArgumentException("the same cache twice", nameof(caches));
            }
        }

        caches.CopyTo(state.Caches);
        for (var row = 0; row < tokens.Length; row++)
            state.Positions[row] = caches[row].Length;
        state.LogitRows = tokens.Length;
        Begin(tokens);
        Run(cancellation);
        foreach (var cache in caches)
            cache.Advance(1);
        return Logits(tokens.Length);
    }

    /// <summary>
    /// Appends tokens that follow each other in one sequence, as rows of their own, and computes the logits of all of them: each gets what it would get in a run of its own, bit for bit. All
    /// keys and values of a layer are stored before any row attends, and a row attends to those in front of it and to its own.
    /// </summary>
    /// <exception cref="OperationCanceledException">Between two steps; the cache is as it was before.</exception>
    /// <returns>[tokens, vocab], valid until the next run.</returns>
    public ReadOnlySpan<float> ForwardEach(ReadOnlySpan<int> tokens, KvCache cache, CancellationToken cancellation = default)
    {
        RequireRows(tokens.Length);
        Check(tokens, cache);
        for (var row = 0; row < tokens.Length; row++)
            (state.Caches[row], state.Positions[row]) = (cache, cache.Length + row);
        state.LogitRows = tokens.Length;
        Begin(tokens);
        Run(cancellation);
        cache.Advance(tokens.Length);
        return Logits(tokens.Length);
    }

    private void RequireRows(int rows)
    {
        if (!state.RowsAreSequences)
            throw new InvalidOperationException("a plan for the tokens of one sequence");
        ArgumentOutOfRangeException.ThrowIfZero(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Math.Min(plan.MaxTokens, plan.MaxLogitRows));
    }

    /// <summary>Refuses tokens that the model does not know, and those that do not fit into the cache.</summary>
    public void Check(ReadOnlySpan<int> tokens, KvCache cache)
    {
        ObjectDisposedException.ThrowIf(cache.IsDisposed, typeof(Session));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cache.Length + tokens.Length, cache.Context, nameof(tokens));
        foreach (var token in tokens)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)plan.VocabSize, nameof(tokens));
    }

    /// <summary>Token ids and rotary angles, once it is known whose they are.</summary>
    private void Begin(ReadOnlySpan<int> tokens)
    {
        state.Tokens = tokens.Length;
        tokens.CopyTo(new Span<int>(tokenIds, tokens.Length));
        foreach (var table in rotary)
        {
            for (var row = 0; row < tokens.Length; row++)
                table.Fill(row, state.PositionOf(row));
        }
    }

    /// <summary>Computes the logits of a picture, or what else the plan ends with.</summary>
    /// <param name="pixels">[3, height, width], of the size the plan was made for.</param>
    /// <param name="cache">Room for the keys and values of all tokens of a picture; what it holds is lost.</param>
    /// <returns>[MaxLogitRows, classes], valid until the next run.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> pixels, KvCache cache, CancellationToken cancellation = default)
    {
        if (this.pixels is null)
            throw new InvalidOperationException("not a model that looks at pictures");
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, pixelCount, nameof(pixels));
        cache.Truncate(0);
        state.Tokens = plan.MaxTokens;
        state.LogitRows = plan.MaxLogitRows;
        state.Position = 0;
        state.Caches[0] = cache;
        state.Texts = null;
        pixels.CopyTo(new Span<float>(this.pixels, pixels.Length));
        Run(cancellation);
        return Logits(plan.MaxLogitRows);
    }

    private void Run(CancellationToken cancellation)
    {
        // What was cut would end the process where it is read.
        if (state.RowsAreSequences)
            weights.RequireUnchangedLately();
        else
            weights.RequireUnchanged();
        // Without logits to compute, what only they need is left out.
        var count = state.LogitRows == 0 ? stepsBeforeLogits : steps.Length;
        if (Times is { } times)
        {
            Run(count, times, cancellation);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            pool.Run(steps[i], steps[i].Prepare());
        }
    }

    /// <summary>The same, with a look at the clock after each step.</summary>
    private void Run(int count, StepTimes times, CancellationToken cancellation)
    {
        times.Begin();
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            pool.Run(steps[i], steps[i].Prepare());
            times.End(i);
        }
    }

    private ReadOnlySpan<float> Logits(int rows) => new(arena.Data + plan.Logits.Elements.OffsetBytes, rows * (int)plan.Logits.Shape[1]);

    public void Dispose()
    {
        arena.Dispose();
        scratch.Dispose();
        run.Dispose();
    }

    private static long ScratchFloats(Plan plan, KernelSet kernels)
    {
        long floats = 0;
        foreach (var section in plan.Sections)
        {
            foreach (var step in section.Steps)
                floats = Math.Max(floats, StepBinder.ScratchFloats(plan, step, kernels));
        }
        // Whole cache lines, so that two workers never share one.
        return (floats + 15) / 16 * 16;
    }
}
