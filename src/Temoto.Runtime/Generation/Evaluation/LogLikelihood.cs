namespace Temoto.Generation.Evaluation;

/// <summary>ln softmax(logits)[token], summed in float64.</summary>
internal static class LogLikelihood
{
    public static double OfToken(ReadOnlySpan<float> logits, int token)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        double total = 0;
        foreach (var logit in logits)
            total += Math.Exp(logit - largest);
        return logits[token] - largest - Math.Log(total);
    }
}
