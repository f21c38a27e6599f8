namespace Temoto.Evaluation;

/// <param name="Value">exp(mean negative log-likelihood).</param>
/// <param name="Tokens">Tokens that were predicted.</param>
internal sealed record PerplexityResult(double Value, int Tokens);

/// <summary>Perplexity of a text over sliding windows (<see cref="TextWindow"/>).</summary>
internal static class Perplexity
{
    /// <param name="progress">Called with (tokens done, tokens in all).</param>
    public static PerplexityResult Measure(LanguageModel model, ReadOnlySpan<int> tokens, int context, int stride, Action<int, int>? progress, CancellationToken cancellation)
    {
        var windows = TextWindow.Of(tokens.Length, context, stride);
        using var rows = new LogitRows(model.Engine);
        double loss = 0;
        var predicted = 0;
        foreach (var (begin, end, firstScored) in windows)
        {
            var window = tokens[begin..end].ToArray();
            // Logits of position p predict token p + 1.
            rows.Run(
                window.AsSpan(0, window.Length - 1),
                firstScored - 1 - begin,
                (position, logits) =>
                {
                    loss -= LogLikelihood.OfToken(logits, window[position + 1]);
                    predicted++;
                },
                cancellation);
            progress?.Invoke(end, tokens.Length);
        }
        return double.IsFinite(loss)
            ? new PerplexityResult(Math.Exp(loss / predicted), predicted)
            : throw new InputException(model.Path, "logits", "not a number or infinity", "finite logits", "check the weights");
    }
}
