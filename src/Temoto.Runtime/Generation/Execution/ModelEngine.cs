using Temoto.Dataflow;
using Temoto.Formats;
using Temoto.Kernels;
using Temoto.Models;

namespace Temoto.Generation.Execution;

/// <summary>
/// A checkpoint made ready to compute: graph, checked weights, kernels, threads and one executor per phase. Shared by all sessions of a model;
/// one forward run at a time.
/// </summary>
internal sealed class ModelEngine : IDisposable
{
    /// <summary>Tokens of a prompt computed together; more would only enlarge the arena.</summary>
    private const int PrefillTokens = 512;

    /// <summary>Default context where the model would allow more: a KV cache that small machines can hold.</summary>
    private const int DefaultContextTokens = 4096;

    private readonly Lock runLock = new();
    private readonly ModelGraph graph;
    private readonly BoundWeights weights;
    private readonly KernelSet kernels;
    private readonly WorkerPool pool;
    private readonly PlanExecutor prefill;
    private readonly PlanExecutor decode;
    private bool disposed;

    public ModelEngine(Checkpoint checkpoint, ModelOptions options)
    {
        Config = checkpoint.Config;
        kernels = options.Precise ? new PreciseKernelSet() : KernelChooser.Choose(options.Kernels);
        KvType = options.KvCache switch
        {
            KvCacheType.F32 => KvType.F32,
            KvCacheType.F16 => KvType.F16,
            KvCacheType.Int8 => KvType.Int8,
            _ => options.Precise ? KvType.F32 : KvType.F16,
        };
        ContextTokens = ContextOf(Config, options.ContextTokens);
        var threads = ThreadsOf(options.Threads);

        graph = Architecture.Build(Config, checkpoint.Path);
        weights = new BoundWeights(graph, checkpoint);
        var prefillPlan = NewPlan(Phase.Prefill, Math.Min(PrefillTokens, ContextTokens), 1);
        DecodePlan = NewPlan(Phase.Decode, 1, 1);

        MemoryPlan = new MemoryPlan(
            weights.MatrixBytes,
            KvLayout.BytesPerPosition(Config, KvType) * ContextTokens,
            PlanExecutor.Bytes(prefillPlan, kernels, threads, ContextTokens) + PlanExecutor.Bytes(DecodePlan, kernels, threads, ContextTokens),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            ContextTokens);
        options.MemoryPlanned?.Invoke(MemoryPlan);
        if (MemoryPlan.TotalBytes > MemoryPlan.AvailableBytes)
        {
            weights.Dispose();
            throw new InputException(checkpoint.Path, null, MemoryPlan.ToString(), "a plan that fits into memory", "shorten --context, use --kv int8 or a smaller model");
        }

        pool = new WorkerPool(threads);
        prefill = new PlanExecutor(prefillPlan, weights, kernels, pool, ContextTokens);
        decode = new PlanExecutor(DecodePlan, weights, kernels, pool, ContextTokens);
    }

    public ModelConfig Config { get; }

    public KvType KvType { get; }

    public int ContextTokens { get; }

    public MemoryPlan MemoryPlan { get; }

    public Plan DecodePlan { get; }

    public string KernelsName => kernels.Name;

    public int Threads => pool.Threads;

    public KvCache NewCache() => new(Config, ContextTokens, KvType);

    /// <summary>A plan of this model for another size of run (perplexity wants the logits of many rows).</summary>
    public Plan NewPlan(Phase phase, int maxTokens, int maxLogitRows) =>
        Planner.Plan(graph, phase, maxTokens, maxLogitRows, KvType, name => weights.TypeOf(name));

    /// <summary>An executor on this model's weights and threads. The caller disposes it, and must hold no session running meanwhile.</summary>
    public PlanExecutor NewExecutor(Plan plan) => new(plan, weights, kernels, pool, ContextTokens);

    /// <summary>
    /// Appends tokens to the cache in runs of the prefill plan's size and lets <paramref name="sampler"/> draw the next token. Between runs other
    /// sessions may compute, and <paramref name="cancellation"/> is looked at.
    /// </summary>
    public int Next(ReadOnlySpan<int> tokens, KvCache cache, Sampler sampler, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(tokens.Length, PrefillTokens);
            lock (runLock)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                var executor = count == 1 ? decode : prefill;
                var logits = executor.Forward(tokens[..count], cache, 1);
                if (count == tokens.Length)
                    return sampler.Next(logits);
            }
            tokens = tokens[count..];
        }
    }

    public void Dispose()
    {
        lock (runLock)
        {
            if (disposed)
                return;
            disposed = true;
            prefill.Dispose();
            decode.Dispose();
            pool.Dispose();
            weights.Dispose();
        }
    }

    private static int ContextOf(ModelConfig config, int? asked)
    {
        if (asked is null)
            return Math.Min(config.MaxPositionEmbeddings, DefaultContextTokens);
        return asked >= 1 && asked <= config.MaxPositionEmbeddings
            ? asked.Value
            : throw new InputException("--context", null, $"{asked}", $"1 to {config.MaxPositionEmbeddings} tokens (max_position_embeddings)", "choose a length the model was made for");
    }

    private static int ThreadsOf(int? asked)
    {
        if (asked is null)
            return Environment.ProcessorCount;
        return asked is >= 1 and <= 1024 ? asked.Value : throw new InputException("--threads", null, $"{asked}", "1 to 1024", $"leave it out to take {Environment.ProcessorCount}");
    }
}
