namespace Temoto.Evaluation;

/// <param name="MeanNats">Mean over positions of KL(reference || model) = sum over tokens v of p(v) ln(p(v) / q(v)).</param>
/// <param name="SameChoice">Share of positions at which both models hold the same token likeliest.</param>
/// <param name="Tokens">Positions compared.</param>
internal sealed record DivergenceResult(double MeanNats, double SameChoice, int Tokens);

/// <summary>
/// How far a model's predictions lie from those of the one it was made from, position by position: unlike perplexity, which moves up and down with luck,
/// it is 0 only for equal predictions. Windows as for <see cref="Perplexity"/>.
/// </summary>
internal static class Divergence
{
    /// <param name="progress">Called with (tokens done, tokens in all).</param>
    public static DivergenceResult Measure(LanguageModel model, LanguageModel reference, ReadOnlySpan<int> tokens, int context, int stride, Action<int, int>? progress, CancellationToken cancellation)
    {
        if (model.Info.VocabSize != reference.Info.VocabSize)
            throw new InputException(reference.Path, "vocab_size", $"{reference.Info.VocabSize}", $"{model.Info.VocabSize}, as {model.Path} has", "compare a model with the one it was made from");
        var windows = TextWindow.Of(tokens.Length, context, stride);
        using var rows = new LogitRows(model.Engine);
        using var referenceRows = new LogitRows(reference.Engine);
        var step = Math.Min(rows.MaxRows, referenceRows.MaxRows);
        double divergence = 0;
        int compared = 0, same = 0;
        foreach (var (begin, end, firstScored) in windows)
        {
            rows.Begin();
            referenceRows.Begin();
            for (var start = begin; start < end - 1; start += step)
            {
                var part = tokens[start..Math.Min(start + step, end - 1)];
                var wanted = Math.Clamp(start + part.Length - (firstScored - 1), 1, part.Length);
                var q = rows.Append(part, wanted, cancellation);
                var p = referenceRows.Append(part, wanted, cancellation);
                if (start + part.Length < firstScored)
                    continue;
                for (var row = 0; row < wanted; row++)
                {
                    var at = row * rows.VocabSize;
                    var (nats, agree) = Compare(p.Slice(at, rows.VocabSize), q.Slice(at, rows.VocabSize));
                    divergence += nats;
                    same += agree ? 1 : 0;
                    compared++;
                }
            }
            progress?.Invoke(end, tokens.Length);
        }
        return double.IsFinite(divergence)
            ? new DivergenceResult(divergence / compared, (double)same / compared, compared)
            : throw new InputException(model.Path, "logits", "not a number or infinity", "finite logits", "check the weights");
    }

    private static (double Nats, bool Agree) Compare(ReadOnlySpan<float> reference, ReadOnlySpan<float> logits)
    {
        var (largestP, p, choiceP) = LogLikelihood.Normalizer(reference);
        var (largestQ, q, choiceQ) = LogLikelihood.Normalizer(logits);
        double nats = 0;
        for (var v = 0; v < logits.Length; v++)
        {
            var logP = reference[v] - largestP - p;
            nats += Math.Exp(logP) * (logP - (logits[v] - largestQ - q));
        }
        return (nats, choiceP == choiceQ);
    }
}
