namespace Temoto.Generation.Evaluation;

/// <summary>ln softmax(logits)[token], in float64 from the first subtraction on.</summary>
internal static class LogLikelihood
{
    public static double OfToken(ReadOnlySpan<float> logits, int token)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        double total = 0;
        foreach (var logit in logits)
            total += Math.Exp(logit - largest);
        return logits[token] - largest - Math.Log(total);
    }
}
