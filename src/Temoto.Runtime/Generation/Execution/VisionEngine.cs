using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Machine;

namespace Temoto.Generation.Execution;

/// <summary>A vision checkpoint made ready for pictures of one size. One run at a time.</summary>
internal sealed class VisionEngine : IDisposable
{
    private readonly EnginePlan plan;
    private readonly string path;

    // Null only while the constructor fails.
    private readonly BoundWeights weights = null!;
    private readonly WorkerPool pool = null!;
    private readonly PlanExecutor executor = null!;
    private readonly KvCache cache = null!;

    /// <param name="embeds">The vectors of all tokens are wanted in place of what is made of them.</param>
    public VisionEngine(Checkpoint checkpoint, ModelOptions options, bool embeds = false)
    {
        Config = checkpoint.Config;
        path = checkpoint.Path;
        plan = EnginePlan.Fitting(checkpoint, options, "use smaller pictures or a smaller model", embeds);
        try
        {
            checkpoint.Settle(options.Load == ModelLoad.Copy, options.Verify);
            pool = new WorkerPool(plan.Threads);
            weights = new BoundWeights(plan, checkpoint, pool);
            executor = NewExecutor();
            cache = new KvCache(plan.Prefill.Kv!);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelConfig Config { get; }

    public EnginePlan Plan => plan;

    /// <summary>Threads that compute, for measurements beside the engine.</summary>
    public WorkerPool Pool => pool;

    /// <summary>An executor on this model's weights and threads. The caller disposes it, and runs no pictures meanwhile.</summary>
    public PlanExecutor NewExecutor() => new(plan.Prefill, weights, plan.Kernels, pool);

    /// <summary>The logits or the vector of a picture [3, height, width]; valid until the next run.</summary>
    public unsafe ReadOnlySpan<float> Forward(ReadOnlySpan<float> pixels, CancellationToken cancellation)
    {
        var logits = executor.Forward(pixels, cache, cancellation);
        fixed (float* values = logits)
        {
            if (!float.IsFinite(plan.Kernels.MaxMagnitude(values, logits.Length)))
                throw new InputException(path, "logits", "not a number or infinity", "finite numbers", "check the pixels; else the weights are damaged: fetch them again");
        }
        return logits;
    }

    public void Dispose()
    {
        cache?.Dispose();
        executor?.Dispose();
        pool?.Dispose();
        weights?.Dispose();
    }
}
