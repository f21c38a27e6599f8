using Temoto.Formats.Checkpoints;
using Temoto.Generation.Execution;
using Temoto.Machine;

namespace Temoto.Generation.Embeddings;

/// <summary>A checkpoint made ready to give the vectors of a text's tokens. One run at a time.</summary>
internal sealed class EmbeddingEngine : IDisposable
{
    private readonly string path;
    private readonly int width;

    // Null only while the constructor fails.
    private readonly BoundWeights weights = null!;
    private readonly WorkerPool pool = null!;
    private readonly PlanExecutor executor = null!;
    private readonly KvCache cache = null!;

    public EmbeddingEngine(Checkpoint checkpoint, ModelOptions options)
    {
        path = checkpoint.Path;
        width = checkpoint.Config.HiddenSize;
        Plan = EnginePlan.Fitting(checkpoint, options, "choose a shorter context or a smaller model", embeds: true);
        try
        {
            checkpoint.Settle(options.Load == ModelLoad.Copy, options.Verify);
            pool = new WorkerPool(Plan.Threads);
            weights = new BoundWeights(Plan, checkpoint, pool);
            executor = new PlanExecutor(Plan.Prefill, weights, Plan.Kernels, pool);
            cache = new KvCache(Plan.Prefill.Kv!);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EnginePlan Plan { get; }

    /// <summary>How many of the texts, from the first on, are computed in one run: one at least.</summary>
    public int TextsOfRun(ReadOnlySpan<int[]> texts)
    {
        int count = 0, tokens = 0, places = 0;
        foreach (var text in texts)
        {
            tokens += text.Length;
            places += PlanExecutor.PlacesOf(text.Length);
            if (tokens > Plan.Prefill.MaxTokens || places > cache.Context)
                break;
            count++;
        }
        return Math.Max(1, count);
    }

    /// <summary>The vectors of several texts, in one run.</summary>
    /// <param name="texts">As many as <see cref="TextsOfRun"/> says at most.</param>
    public float[][] Run(ReadOnlySpan<int[]> texts, EmbeddingPooling pooling, CancellationToken cancellation)
    {
        var vectors = new float[texts.Length][];
        foreach (ref var vector in vectors.AsSpan())
            vector = new float[width];
        if (texts.Length == 1)
            Run(texts[0], pooling, vectors[0], cancellation);
        else
            RunTogether(texts.ToArray(), pooling, vectors, cancellation);
        return vectors;
    }

    private void RunTogether(int[][] texts, EmbeddingPooling pooling, float[][] vectors, CancellationToken cancellation)
    {
        var rows = Finite(executor.ForwardTexts(texts.SelectMany(text => text).ToArray(), Array.ConvertAll(texts, text => text.Length), cache, cancellation));
        var pool = new VectorPool(pooling, width);
        foreach (var (text, vector) in texts.Zip(vectors))
        {
            pool.Clear();
            pool.Add(rows[..(text.Length * width)]);
            pool.Store(vector);
            rows = rows[(text.Length * width)..];
        }
    }

    /// <summary>The vector of a text: in one run, or, where a token sees only those before it, in as many as it takes.</summary>
    /// <param name="tokens">At most the context.</param>
    /// <param name="vector">[hidden].</param>
    public void Run(ReadOnlySpan<int> tokens, EmbeddingPooling pooling, Span<float> vector, CancellationToken cancellation)
    {
        var pool = new VectorPool(pooling, width);
        Vectors(tokens, pool.Add, cancellation);
        pool.Store(vector);
    }

    /// <summary>The vectors of all tokens, [tokens, hidden] of each run; valid until the next.</summary>
    public void Vectors(ReadOnlySpan<int> tokens, Action<ReadOnlySpan<float>> take, CancellationToken cancellation)
    {
        cache.Truncate(0);
        for (var most = Plan.Prefill.MaxTokens; tokens.Length > 0; tokens = tokens[Math.Min(most, tokens.Length)..])
        {
            var run = tokens[..Math.Min(most, tokens.Length)];
            take(Finite(executor.Forward(run, cache, run.Length, cancellation)));
        }
    }

    private unsafe ReadOnlySpan<float> Finite(ReadOnlySpan<float> rows)
    {
        fixed (float* values = rows)
        {
            if (!float.IsFinite(Plan.Kernels.MaxMagnitude(values, rows.Length)))
                throw new InputException(path, "vectors", "not a number or infinity", "finite numbers", "the weights are damaged: fetch them again");
        }
        return rows;
    }

    public void Dispose()
    {
        cache?.Dispose();
        executor?.Dispose();
        pool?.Dispose();
        weights?.Dispose();
    }
}
