namespace Temoto.Generation.Evaluation;

/// <param name="Value">exp(mean negative log-likelihood).</param>
/// <param name="Tokens">Tokens that were predicted.</param>
internal sealed record PerplexityResult(double Value, int Tokens);

/// <summary>
/// Perplexity of a text over sliding windows, as Hugging Face's guide to fixed-length models describes: each window holds at most
/// <c>context</c> tokens, the next one starts <c>stride</c> tokens later, and only tokens not scored before are scored. The very first token is not predicted.
/// </summary>
internal static class Perplexity
{
    /// <param name="progress">Called with (tokens done, tokens in all).</param>
    public static PerplexityResult Measure(LanguageModel model, ReadOnlySpan<int> tokens, int context, int stride, Action<int, int>? progress, CancellationToken cancellation)
    {
        if (tokens.Length < 2)
            throw new InputException("--text", null, $"{tokens.Length} tokens", "at least 2", "give a longer text");
        using var rows = new LogitRows(model.Engine);
        double loss = 0;
        var predicted = 0;
        var scoredEnd = 1;
        for (var begin = 0; scoredEnd < tokens.Length; begin += stride)
        {
            var end = Math.Min(begin + context, tokens.Length);
            var window = tokens[begin..end].ToArray();
            // Logits of position p predict token p + 1; the first token to score here is scoredEnd.
            rows.Run(
                window.AsSpan(0, window.Length - 1),
                scoredEnd - 1 - begin,
                (position, logits) =>
                {
                    loss -= LogLikelihood.OfToken(logits, window[position + 1]);
                    predicted++;
                },
                cancellation);
            scoredEnd = end;
            progress?.Invoke(end, tokens.Length);
        }
        return new PerplexityResult(Math.Exp(loss / predicted), predicted);
    }
}
