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
        if (context < 2)
            throw new InputException("--context", null, $"{context}", "at least 2 tokens, one to predict from and one to predict", "raise --context");
        if (stride < 1 || stride >= context)
            throw new InputException("--stride", null, $"{stride}", $"1 to {context - 1}, less than the context, so that every token has one before it in its window", "lower --stride");
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
        return double.IsFinite(loss)
            ? new PerplexityResult(Math.Exp(loss / predicted), predicted)
            : throw new InputException(model.Path, "logits", "not a number or infinity", "finite logits", "check the weights");
    }
}
