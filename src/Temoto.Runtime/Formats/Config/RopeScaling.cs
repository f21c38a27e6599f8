using Temoto.Plans;

namespace Temoto.Formats.Config;

/// <summary>config.json's <c>rope_scaling</c> (called <c>rope_parameters</c> in newer files).</summary>
/// <param name="RopeType"><c>linear</c>, <c>llama3</c>, <c>dynamic</c>, <c>yarn</c> or <c>longrope</c>; anything else is refused when the file is read.</param>
/// <param name="Factor">How many times as long texts may be as those of <paramref name="OriginalMaxPositionEmbeddings"/>.</param>
internal sealed record RopeScaling(string RopeType, double Factor, double LowFreqFactor, double HighFreqFactor, int OriginalMaxPositionEmbeddings)
{
    public const string Linear = "linear";
    public const string Llama3 = "llama3";
    public const string Dynamic = "dynamic";
    public const string Yarn = "yarn";
    public const string LongRope = "longrope";

    /// <summary>yarn: pairs that turn more often than this within the original context keep their frequency.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: pairs that turn less often than this are divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: the ends of the ramp between the two are whole pairs.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>yarn, longrope: what cosines and sines are multiplied with; null is worked out.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>longrope: what frequencies are divided by, of each pair, in contexts no longer than the original.</summary>
    public Items<double> ShortFactors { get; init; } = [];

    /// <summary>longrope: the same in longer ones.</summary>
    public Items<double> LongFactors { get; init; } = [];

    /// <summary>What cosines and sines are multiplied with; null is 1.</summary>
    public double? CosineScale => RopeType switch
    {
        Yarn => AttentionFactor ?? (Factor <= 1 ? 1 : 0.1 * Math.Log(Factor) + 1),
        LongRope => AttentionFactor ?? (Factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(Factor) / Math.Log(OriginalMaxPositionEmbeddings))),
        _ => null,
    };

    /// <summary>The angle by which a pair turns from one position to the next, in radians.</summary>
    /// <param name="columns">Columns that are turned: twice the pairs.</param>
    /// <param name="context">Most positions that a text may have: what dynamic and longrope go by. (transformers takes the length of the text as it is at each call, and then keys of earlier calls do not fit.)</param>
    public double Frequency(int pair, int columns, double theta, int context)
    {
        if (RopeType == Dynamic)
            theta *= Math.Pow(Factor * Math.Max(context, OriginalMaxPositionEmbeddings) / OriginalMaxPositionEmbeddings - (Factor - 1), columns / (columns - 2.0));
        var frequency = Math.Pow(theta, -2.0 * pair / columns);
        return RopeType switch
        {
            Linear => frequency / Factor,
            Llama3 => OfLlama3(frequency),
            Yarn => OfYarn(frequency, pair, columns, theta),
            LongRope => frequency / (context > OriginalMaxPositionEmbeddings ? LongFactors : ShortFactors)[pair],
            _ => frequency,
        };
    }

    /// <summary>
    /// Long wavelengths divided, short ones kept, a ramp between, as the Llama 3.1 checkpoints' config.json describes by low_freq_factor, high_freq_factor and
    /// original_max_position_embeddings.
    /// </summary>
    private double OfLlama3(double frequency)
    {
        var rotations = OriginalMaxPositionEmbeddings * frequency / (2 * Math.PI);
        if (rotations > HighFreqFactor)
            return frequency;
        if (rotations < LowFreqFactor)
            return frequency / Factor;
        var share = (rotations - LowFreqFactor) / (HighFreqFactor - LowFreqFactor);
        return (1 - share) * frequency / Factor + share * frequency;
    }

    /// <summary>The same with a ramp over the pairs (Peng et al., arXiv 2309.00071).</summary>
    private double OfYarn(double frequency, int pair, int columns, double theta)
    {
        var (low, high) = (PairOf(BetaFast, columns, theta), PairOf(BetaSlow, columns, theta));
        if (Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, columns - 1));
        // As its makers have it, so that nothing is divided by zero.
        if (low == high)
            high += 0.001;
        var share = Math.Clamp((pair - low) / (high - low), 0, 1);
        return share * frequency / Factor + (1 - share) * frequency;
    }

    /// <summary>The pair that turns <paramref name="rotations"/> times within the original context.</summary>
    private double PairOf(double rotations, int columns, double theta) =>
        columns * Math.Log(OriginalMaxPositionEmbeddings / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
}
