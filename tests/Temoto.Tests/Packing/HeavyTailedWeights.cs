namespace Temoto.Tests.Packing;

/// <summary>
/// Synthetic int8 weights of OPT-125M's first MLP matrix [3072, 768], with the statistics that the published packing figures imply: per-tensor scale set by outliers, so that
/// almost all weights lie within 20 levels of zero, and about 1272 unique pairs. The shape of the distribution is tuned; nothing of the real weights is in it.
/// </summary>
internal static class HeavyTailedWeights
{
    public const int Rows = 3072;
    public const int Columns = 768;

    public static byte[] Create(int seed, double sigma, double tail, double tailSigma)
    {
        var random = new Random(seed);
        var weights = new byte[Rows * Columns];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (byte)(sbyte)Math.Clamp((int)Math.Round(Normal(random) * (random.NextDouble() < tail ? tailSigma : sigma)), -127, 127);
        return weights;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
