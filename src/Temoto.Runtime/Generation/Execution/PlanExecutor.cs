using Temoto.Dataflow;
using Temoto.Kernels;
using Temoto.Machine;
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
    private readonly RotaryFrequencies rotary;
    private readonly NativeBuffer arena;
    private readonly NativeBuffer scratch;
    private readonly NativeBuffer angles;
    private readonly NativeBuffer tokenIds;
    private readonly ForwardState state;
    private readonly BoundStep[] steps;
    private readonly BoundWeights weights;

    public PlanExecutor(Plan plan, BoundWeights weights, KernelSet kernels, WorkerPool pool)
    {
        this.plan = plan;
        this.pool = pool;
        this.weights = weights;
        var config = plan.Graph.Config;
        rotary = new RotaryFrequencies(config);
        arena = new NativeBuffer(plan.ArenaBytes);
        var scratchFloats = ScratchFloats(plan, kernels);
        scratch = new NativeBuffer(scratchFloats * sizeof(float) * pool.Threads);
        angles = new NativeBuffer(AngleBytes(plan));
        tokenIds = new NativeBuffer((long)plan.MaxTokens * sizeof(int));
        var scratchOfWorker = new float*[pool.Threads];
        for (var worker = 0; worker < pool.Threads; worker++)
            scratchOfWorker[worker] = scratch.Floats + worker * scratchFloats;
        state = new ForwardState
        {
            RowsAreSequences = plan.Phase == Phase.Decode,
            Caches = new KvCache[plan.Phase == Phase.Decode ? plan.MaxTokens : 1],
            Kernels = kernels,
            Threads = pool.Threads,
            Scratch = scratchOfWorker,
            Arena = arena.Data,
            TokenIds = (int*)tokenIds.Data,
            Cosines = angles.Floats,
            Sines = angles.Floats + (long)plan.MaxTokens * rotary.HalfHeadDim,
        };
        steps = Bind(plan, weights, state);
    }

    /// <summary>Where the activations lie, [ArenaBytes].</summary>
    public byte* Arena => arena.Data;

    /// <summary>Bytes an executor of <paramref name="plan"/> will hold beside weights and caches: arena, scratch, tables.</summary>
    public static long Bytes(Plan plan, KernelSet kernels, int threads) =>
        plan.ArenaBytes + ScratchFloats(plan, kernels) * sizeof(float) * threads + AngleBytes(plan) + (long)plan.MaxTokens * sizeof(int);

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
        Begin(tokens);
        Run(cancellation);
        cache.Advance(tokens.Length);
        return Logits(logitRows);
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
        if (!state.RowsAreSequences)
            throw new InvalidOperationException("a plan for the tokens of one sequence");
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Math.Min(plan.MaxTokens, plan.MaxLogitRows), nameof(tokens));
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

        state.LogitRows = tokens.Length;
        caches.CopyTo(state.Caches);
        Begin(tokens);
        Run(cancellation);
        foreach (var cache in caches)
            cache.Advance(1);
        return Logits(tokens.Length);
    }

    /// <summary>Refuses tokens that the model does not know, and those that do not fit into the cache.</summary>
    public void Check(ReadOnlySpan<int> tokens, KvCache cache)
    {
        ObjectDisposedException.ThrowIf(cache.IsDisposed, typeof(Session));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cache.Length + tokens.Length, cache.Context, nameof(tokens));
        foreach (var token in tokens)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)plan.Graph.Config.VocabSize, nameof(tokens));
    }

    /// <summary>Token ids and rotary angles, once it is known whose they are.</summary>
    private void Begin(ReadOnlySpan<int> tokens)
    {
        state.Tokens = tokens.Length;
        tokens.CopyTo(new Span<int>(state.TokenIds, tokens.Length));
        for (var row = 0; row < tokens.Length; row++)
            rotary.Fill(state.PositionOf(row), state.Cosines + (long)row * rotary.HalfHeadDim, state.Sines + (long)row * rotary.HalfHeadDim);
    }

    /// <summary>Computes the logits of a picture.</summary>
    /// <param name="pixels">[3, height, width], of the size the plan was made for.</param>
    /// <param name="cache">Room for the keys and values of all tokens of a picture; what it holds is lost.</param>
    /// <returns>[classes], valid until the next run.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> pixels, KvCache cache, CancellationToken cancellation = default)
    {
        var vision = plan.Graph.Config.Vision ?? throw new InvalidOperationException("not a model that looks at pictures");
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, vision.PixelCount, nameof(pixels));
        cache.Truncate(0);
        state.Tokens = plan.MaxTokens;
        state.LogitRows = 1;
        state.Position = 0;
        state.Caches[0] = cache;
        fixed (float* source = pixels)
        {
            state.Pixels = source;
            Run(cancellation);
            state.Pixels = null;
        }
        return Logits(1);
    }

    private void Run(CancellationToken cancellation)
    {
        // What was cut would end the process where it is read.
        if (state.RowsAreSequences)
            weights.RequireUnchangedLately();
        else
            weights.RequireUnchanged();
        // Without logits to compute, what only they need is left out.
        var count = state.LogitRows == 0 ? plan.StepsBeforeLogits : steps.Length;
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            pool.Run(steps[i], steps[i].Prepare());
        }
    }

    private ReadOnlySpan<float> Logits(int rows) => new(arena.Data + plan.LogitsOffset, rows * plan.Graph.Logits.Width);

    public void Dispose()
    {
        arena.Dispose();
        scratch.Dispose();
        angles.Dispose();
        tokenIds.Dispose();
    }

    /// <summary>Cosines and sines, [MaxTokens, HeadDim/2] each.</summary>
    private static long AngleBytes(Plan plan) => 2L * plan.MaxTokens * (plan.Graph.Config.HeadDim / 2) * sizeof(float);

    private static long ScratchFloats(Plan plan, KernelSet kernels)
    {
        long floats = 0;
        foreach (var step in plan.Steps)
        {
            long own = step.Op switch
            {
                HeadProjectionsOp op => HeadProjectionsStep.ScratchFloats(plan, step, op),
                TphsAttentionOp op => TphsAttentionStep.ScratchFloats(plan, step, op, kernels),
                ScoresOp op => ScoresStep.ScratchFloats(step, op, kernels),
                WeightedValuesOp op => WeightedValuesStep.ScratchFloats(step, op, kernels),
                SplitAttentionOp op => SplitAttentionStep.ScratchFloats(plan, op, kernels),
                MergePiecesOp op => MergePiecesStep.ScratchFloats(op),
                NormQuantizeOp op => NormQuantizeStep.ScratchFloats(op),
                ResidualLinearOp => ResidualLinearStep.ScratchFloats(plan, step),
                ActivatedLinearOp => ActivatedLinearStep.ScratchFloats(plan, step),
                GatedLinearOp => GatedLinearStep.ScratchFloats(plan, step),
                _ => 0,
            };
            if (step.Op is not TphsAttentionOp && step.Op.Linears.Count > 0)
                own += step.Op.Linears.Max(linear => BoundLinear.ScratchFloats(linear, plan, kernels, step.TileRows));
            floats = Math.Max(floats, own);
        }
        // Whole cache lines, so that two workers never share one.
        return (floats + 15) / 16 * 16;
    }

    private static float*[] Vectors(IReadOnlyList<string> names, BoundWeights weights)
    {
        var vectors = new float*[names.Count];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = weights.Vector(names[i]);
        return vectors;
    }

    private static BoundStep[] Bind(Plan plan, BoundWeights weights, ForwardState state)
    {
        var bound = new BoundStep[plan.Steps.Count];
        var afterRowSelection = false;
        for (var i = 0; i < bound.Length; i++)
        {
            var step = plan.Steps[i];
            bound[i] = step.Op switch
            {
                PatchesOp op => new PatchesStep(step, op, state),
                OwnTokensOp op => new OwnTokensStep(step, op, Vectors(op.Weights, weights), state),
                EmbedOp op => new EmbedStep(step, op, weights.Matrix(op.Weight), state),
                RmsNormOp op => new RmsNormStep(step, op, weights.Vector(op.Weight), state, afterRowSelection),
                NormQuantizeOp op => new NormQuantizeStep(step, new BoundNorm(op.Norm, weights, state.Kernels), new OutputRows(step, op.Grid, state), state, afterRowSelection),
                LayerNormOp op => new LayerNormStep(step, op, weights.Vector(op.Weight), weights.Vector(op.Bias), state, afterRowSelection),
                AddPositionsOp op => new AddPositionsStep(step, op, weights.Matrix(op.Weight), state),
                LinearOp op => new LinearStep(step, new BoundLinear(op, step, weights, state), state, afterRowSelection),
                ResidualLinearOp op => new ResidualLinearStep(step, new BoundLinear(op.Linear, step, weights, state), state, afterRowSelection),
                ActivatedLinearOp op => new ActivatedLinearStep(step, op, new BoundLinear(op.Linear, step, weights, state), new OutputRows(step, op.Grid, state), state, afterRowSelection),
                GatedLinearOp op => new GatedLinearStep(step, new BoundLinear(op.Gate, step, weights, state), new BoundLinear(op.Up, step, weights, state), new OutputRows(step, op.Grid, state), state, afterRowSelection),
                QuantizeOp op => new QuantizeStep(step, new OutputRows(step, op.Grid, state), state, afterRowSelection),
                RoundToGridOp op => new RoundToGridStep(step, op, state, afterRowSelection),
                HeadProjectionsOp op => new HeadProjectionsStep(step, op, [.. op.Projections.Select(projection => Heads(projection, op.HeadDim))], state),
                TphsAttentionOp op => new TphsAttentionStep(step, op, Heads(op.Query, op.Shape.HeadDim), new AttentionTiles(op.Shape, op.Layer, new OutputRows(step, op.Grid, state), state), state),
                ScoresOp op => new ScoresStep(step, op, state),
                SoftmaxOp op => new SoftmaxStep(step, op, state),
                WeightedValuesOp op => new WeightedValuesStep(step, op, state),
                SplitAttentionOp op => new SplitAttentionStep(step, op, state),
                MergePiecesOp op => new MergePiecesStep(step, op, new OutputRows(step, op.Grid, state), state),
                SiluMultiplyOp => new SiluMultiplyStep(step, state, afterRowSelection),
                ActivateOp op => new ActivateStep(step, op, state, afterRowSelection),
                AddOp => new AddStep(step, state, afterRowSelection),
                AverageOp => new AverageStep(step, state, afterRowSelection),
                SelectRowsOp op => new SelectRowsStep(step, op, state),
                _ => throw new InvalidOperationException($"no executor for {step.Op.GetType().Name}"),
            };
            afterRowSelection |= step.Op is SelectRowsOp;

            BoundHeads Heads(HeadProjection projection, int headDim) => new(
                projection,
                new BoundLinear(projection.Linear, step, weights, state),
                projection.Norm is null ? null : weights.Vector(projection.Norm.Weight),
                headDim,
                plan.Graph.Config.RopeInterleaved,
                state);
        }
        return bound;
    }
}
