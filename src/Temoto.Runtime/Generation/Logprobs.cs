namespace Temoto.Generation;

/// <summary>Natural logarithms of probabilities: the drawn token's, and those of the likeliest.</summary>
internal readonly record struct Logprobs(TokenLogprob Drawn, IReadOnlyList<TokenLogprob> Top)
{
    /// <param name="logits">[vocab], as the model gave them.</param>
    public static Logprobs Of(ReadOnlySpan<float> logits, int drawn, int count)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        double total = 0;
        foreach (var logit in logits)
            total += Math.Exp(logit - largest);
        var logTotal = largest + Math.Log(total);
        var top = new TokenLogprob[Math.Min(count, logits.Length)];
        var kept = 0;
        for (var token = 0; token < logits.Length && top.Length > 0; token++)
        {
            var logprob = (float)(logits[token] - logTotal);
            if (kept == top.Length && logprob <= top[^1].Logprob)
                continue;
            // Equal ones in the order of ids.
            var at = kept < top.Length ? kept++ : kept - 1;
            for (; at > 0 && top[at - 1].Logprob < logprob; at--)
                top[at] = top[at - 1];
            top[at] = new TokenLogprob(token, logprob);
        }
        return new Logprobs(new TokenLogprob(drawn, (float)(logits[drawn] - logTotal)), top);
    }
}
