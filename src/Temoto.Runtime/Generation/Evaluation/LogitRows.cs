using Temoto.Dataflow;
using Temoto.Generation.Execution;

namespace Temoto.Generation.Evaluation;

/// <summary>
/// Logits of every position of a text, some rows at a time, on an executor of its own: generation keeps logits of one row only.
/// </summary>
internal sealed class LogitRows : IDisposable
{
    /// <summary>Rows computed together. With a vocabulary of 152k they take 20 MB.</summary>
    private const int RowsPerRun = 32;

    private readonly PlanExecutor executor;
    private readonly KvCache cache;

    public LogitRows(ModelEngine engine)
    {
        var rows = Math.Min(RowsPerRun, engine.ContextTokens);
        executor = engine.NewExecutor(engine.NewPlan(Phase.Prefill, rows, rows));
        cache = engine.NewCache();
        MaxRows = rows;
        VocabSize = engine.Config.VocabSize;
    }

    /// <summary>Receives the logits of one position.</summary>
    /// <param name="position">Index into the tokens given.</param>
    /// <param name="logits">[vocab], valid during the call.</param>
    public delegate void Receiver(int position, ReadOnlySpan<float> logits);

    public int VocabSize { get; }

    private int MaxRows { get; }

    /// <summary>Computes <paramref name="tokens"/> from an empty cache; logits of positions before <paramref name="firstWanted"/> are not computed.</summary>
    public void Run(ReadOnlySpan<int> tokens, int firstWanted, Receiver receive, CancellationToken cancellation)
    {
        cache.Truncate(0);
        for (var start = 0; start < tokens.Length;)
        {
            var count = Math.Min(MaxRows, tokens.Length - start);
            var wanted = Math.Clamp(start + count - firstWanted, 1, count);
            var logits = executor.Forward(tokens.Slice(start, count), cache, wanted, cancellation);
            for (var row = 0; row < wanted; row++)
            {
                var position = start + count - wanted + row;
                if (position >= firstWanted)
                    receive(position, logits.Slice(row * VocabSize, VocabSize));
            }
            start += count;
        }
    }

    public void Dispose()
    {
        executor.Dispose();
        cache.Dispose();
    }
}
