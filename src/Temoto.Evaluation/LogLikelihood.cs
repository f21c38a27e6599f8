namespace Temoto.Evaluation;

/// <summary>Logarithms of softmax(logits), in float64 from the first subtraction on.</summary>
internal static class LogLikelihood
{
    /// <summary>ln softmax(logits)[token].</summary>
    public static double OfToken(ReadOnlySpan<float> logits, int token)
    {
        var (largest, logSum, _) = Normalizer(logits);
        return logits[token] - largest - logSum;
    }

    /// <summary>ln softmax(logits)[i] is logits[i] - Largest - LogSum.</summary>
    /// <returns>The largest logit, the logarithm of the sum of exp(logit - largest), and the first token that has the largest.</returns>
    public static (double Largest, double LogSum, int Choice) Normalizer(ReadOnlySpan<float> logits)
    {
        var choice = 0;
        for (var v = 1; v < logits.Length; v++)
        {
            if (logits[v] > logits[choice])
                choice = v;
        }
        double largest = logits[choice], total = 0;
        foreach (var logit in logits)
            total += Math.Exp(logit - largest);
        return (largest, Math.Log(total), choice);
    }
}
