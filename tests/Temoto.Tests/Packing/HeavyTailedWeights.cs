namespace Temoto.Tests.Packing;

/// <summary>
/// Synthetic int8 weights of OPT-125M's first MLP matrix [3072, 768], with the statistics that the published packing figures imply: a per-tensor scale set by outliers, so that
/// almost all weights lie within 20 levels of zero, and about 1272 unique pairs. The shape of the distribution is tuned; nothing of the real weights is in it.
/// </summary>
internal static class HeavyTailedWeights
{
    public const int Rows = 3072;
    public const int Columns = 768;

    public static byte[] Create(int seed, double sigma = 1.4, double loud = 0.01, double loudSigma = 6.8, double quiet = 0.18, double spread = 0.35)
    {
        var random = new Random(seed);
        var weights = new byte[Rows * Columns];
        for (var row = 0; row < Rows; row++)
        {
            var kind = random.NextDouble();
            var rowSigma = kind < quiet ? 0.1 : kind < quiet + loud ? loudSigma : sigma * Math.Exp(spread * Normal(random));
            for (var column = 0; column < Columns; column++)
                weights[row * Columns + column] = (byte)(sbyte)Math.Clamp((int)Math.Round(Normal(random) * rowSigma), -127, 127);
        }
        return weights;
    }

    /// <summary>Bytes round zero, as symmetric int8 weights with a scale per channel.</summary>
    public static byte[] Gaussian(int rows, int columns, double sigma)
    {
        var random = new Random(7);
        var weights = new byte[rows * columns];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (byte)(sbyte)Math.Clamp((int)Math.Round(Normal(random) * sigma), -127, 127);
        return weights;
    }

    /// <summary>Two nibbles per byte round 8.</summary>
    public static byte[] GaussianNibbles(int rows, int rowBytes, double sigma)
    {
        var random = new Random(7);
        var weights = new byte[rows * rowBytes];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (byte)(Nibble(random, sigma) | Nibble(random, sigma) << 4);
        return weights;
    }

    private static int Nibble(Random random, double sigma) => Math.Clamp((int)Math.Round(Normal(random) * sigma) + 8, 1, 15);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
