using Temoto.Dataflow;
using Temoto.Kernels;
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

    /// <param name="context">Longest cache the executor will see: attention scores need that much scratch.</param>
    public PlanExecutor(Plan plan, BoundWeights weights, KernelSet kernels, WorkerPool pool, int context)
    {
        this.plan = plan;
        this.pool = pool;
        var config = plan.Graph.Config;
        rotary = new RotaryFrequencies(config);
        arena = new NativeBuffer(plan.ArenaBytes);
        var scratchFloats = ScratchFloats(plan, kernels, context);
        scratch = new NativeBuffer(scratchFloats * sizeof(float) * pool.Threads);
        angles = new NativeBuffer(AngleBytes(plan));
        tokenIds = new NativeBuffer((long)plan.MaxTokens * sizeof(int));
        var scratchOfWorker = new float*[pool.Threads];
        for (var worker = 0; worker < pool.Threads; worker++)
            scratchOfWorker[worker] = scratch.Floats + worker * scratchFloats;
        state = new ForwardState
        {
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

    /// <summary>Bytes an executor of <paramref name="plan"/> will hold beside weights and caches: arena, scratch, tables.</summary>
    public static long Bytes(Plan plan, KernelSet kernels, int threads, int context) =>
        plan.ArenaBytes + ScratchFloats(plan, kernels, context) * sizeof(float) * threads + AngleBytes(plan) + (long)plan.MaxTokens * sizeof(int);

    /// <summary>
    /// Appends <paramref name="tokens"/> to <paramref name="cache"/> and computes the logits of the last <paramref name="logitRows"/> of them.
    /// </summary>
    /// <exception cref="OperationCanceledException">Between two steps; the cache is as it was before.</exception>
    /// <returns>[logitRows, vocab], valid until the next run.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<int> tokens, KvCache cache, int logitRows, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, plan.MaxTokens, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logitRows, Math.Min(plan.MaxLogitRows, tokens.Length));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cache.Length + tokens.Length, cache.Context, nameof(tokens));
        foreach (var token in tokens)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)plan.Graph.Config.VocabSize, nameof(tokens));

        state.Tokens = tokens.Length;
        state.LogitRows = logitRows;
        state.Position = cache.Length;
        state.Cache = cache;
        tokens.CopyTo(new Span<int>(state.TokenIds, tokens.Length));
        for (var token = 0; token < tokens.Length; token++)
            rotary.Fill(cache.Length + token, state.Cosines + (long)token * rotary.HalfHeadDim, state.Sines + (long)token * rotary.HalfHeadDim);

        foreach (var step in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            pool.Run(step, step.Prepare());
        }

        cache.Advance(tokens.Length);
        return new ReadOnlySpan<float>(arena.Data + plan.LogitsOffset, logitRows * plan.Graph.Config.VocabSize);
    }

    public void Dispose()
    {
        arena.Dispose();
        scratch.Dispose();
        angles.Dispose();
        tokenIds.Dispose();
    }

    /// <summary>Cosines and sines, [MaxTokens, HeadDim/2] each.</summary>
    private static long AngleBytes(Plan plan) => 2L * plan.MaxTokens * (plan.Graph.Config.HeadDim / 2) * sizeof(float);

    private static long ScratchFloats(Plan plan, KernelSet kernels, int context)
    {
        long floats = 0;
        foreach (var step in plan.Steps)
        {
            floats = Math.Max(floats, step.Op switch
            {
                LinearOp { Input.Quantized: true } linear => kernels.Integers!.MatMulScratchFloats(linear.Input.Width, step.TileRows),
                LinearOp linear => kernels.MatMulScratchFloats(linear.Input.Width, step.TileRows),
                AttentionOp attention => kernels.AttentionScratchFloats(Math.Min(plan.MaxTokens, AttentionStep.ChunkTokens) * (attention.Heads / attention.KvHeads), context, attention.HeadDim),
                _ => 0,
            });
        }
        // Whole cache lines, so that two workers never share one.
        return (floats + 15) / 16 * 16;
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
                EmbedOp op => new EmbedStep(step, op, weights.Matrix(op.Weight), state),
                RmsNormOp op => new RmsNormStep(step, op, weights.Vector(op.Weight), state, afterRowSelection),
                LinearOp op => new LinearStep(step, op, weights.Matrix(op.Weight), op.Bias is null ? null : weights.Vector(op.Bias), state, afterRowSelection),
                QuantizeOp op => new QuantizeStep(step, op, state, afterRowSelection),
                RoundToGridOp op => new RoundToGridStep(step, op, state, afterRowSelection),
                RopeOp op => new RopeStep(step, op, plan.Graph.Config.RopeInterleaved, state),
                AttentionOp op => new AttentionStep(step, op, state),
                SiluMultiplyOp => new SiluMultiplyStep(step, state),
                AddOp => new AddStep(step, state),
                SelectRowsOp op => new SelectRowsStep(step, op, state),
                _ => throw new InvalidOperationException($"no executor for {step.Op.GetType().Name}"),
            };
            afterRowSelection |= step.Op is SelectRowsOp;
        }
        return bound;
    }
}
