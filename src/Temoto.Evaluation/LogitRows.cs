using Temoto.Generation;
using Temoto.Generation.Execution;
using Temoto.Plans;

namespace Temoto.Evaluation;

/// <summary>
/// Logits of every position of a text, some rows at a time, on an executor of its own: generation keeps logits of one row only.
/// </summary>
internal sealed class LogitRows : IDisposable
{
    /// <summary>Rows computed together: weights are unpacked once for all of them.</summary>
    private const int MostRowsPerRun = 128;

    /// <summary>Logits are kept for fewer rows where those would take more.</summary>
    private const int MostLogitBytes = 32 << 20;

    /// <summary>But not for fewer than this: with a vocabulary of 152k they take 20 MB.</summary>
    private const int LeastRowsPerRun = 32;

    private readonly PlanExecutor executor;
    private readonly KvCache cache;

    public LogitRows(ModelEngine engine)
    {
        var rows = Math.Min(Math.Clamp(MostLogitBytes / (sizeof(float) * engine.Config.VocabSize), LeastRowsPerRun, MostRowsPerRun), engine.ContextTokens);
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

    /// <summary>Most tokens of one <see cref="Append"/>.</summary>
    public int MaxRows { get; }

    /// <summary>Computes <paramref name="tokens"/> from an empty cache; logits of positions before <paramref name="firstWanted"/> are not computed.</summary>
    public void Run(ReadOnlySpan<int> tokens, int firstWanted, Receiver receive, CancellationToken cancellation)
    {
        Begin();
        for (var start = 0; start < tokens.Length;)
        {
            var count = Math.Min(MaxRows, tokens.Length - start);
            var wanted = Math.Clamp(start + count - firstWanted, 1, count);
            var logits = Append(tokens.Slice(start, count), wanted, cancellation);
            for (var row = 0; row < wanted; row++)
            {
                var position = start + count - wanted + row;
                if (position >= firstWanted)
                    receive(position, logits.Slice(row * VocabSize, VocabSize));
            }
            start += count;
        }
    }

    /// <summary>Forgets what was appended.</summary>
    public void Begin() => cache.Truncate(0);

    /// <summary>Computes the next tokens, <see cref="MaxRows"/> at most.</summary>
    /// <returns>Logits of the last <paramref name="wanted"/> of them, [wanted, vocab], valid until the next call.</returns>
    public ReadOnlySpan<float> Append(ReadOnlySpan<int> tokens, int wanted, CancellationToken cancellation) => executor.Forward(tokens, cache, wanted, cancellation);

    public void Dispose()
    {
        executor.Dispose();
        cache.Dispose();
    }
}
