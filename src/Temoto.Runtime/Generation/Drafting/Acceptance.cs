using System.Numerics;

namespace Temoto.Generation.Drafting;

/// <summary>
/// How often a guess came true, by how many tokens in front of it had stood together before. Old guesses fade, so that a text that has stopped repeating itself is noticed. Every guess is judged,
/// whether it was computed ahead or not.
/// </summary>
internal sealed class Acceptance
{
    /// <summary>Guesses that half fade behind: about 1 / (1 - this) count.</summary>
    private const double Keeps = 0.9;

    /// <summary>Begins as one guess in ten that came true: a text has to repeat itself before guesses are computed.</summary>
    private const double FirstRight = 0.2, FirstSeen = 2;

    private readonly double[] right = new double[Groups];
    private readonly double[] seen = new double[Groups];

    /// <summary>2, 3, 4 to 7, 8 to 15, 16 to 31, and 32.</summary>
    private static int Groups => GroupOf(PromptLookup.MostMatched) + 1;

    public Acceptance()
    {
        Array.Fill(right, FirstRight);
        Array.Fill(seen, FirstSeen);
    }

    public void Add(int matched, bool cameTrue)
    {
        var group = GroupOf(matched);
        right[group] = Keeps * right[group] + (cameTrue ? 1 : 0);
        seen[group] = Keeps * seen[group] + 1;
    }

    /// <summary>How likely a guess comes true.</summary>
    public double Of(int matched) => right[GroupOf(matched)] / seen[GroupOf(matched)];

    private static int GroupOf(int matched) => matched < 4 ? matched - PromptLookup.LeastMatched : BitOperations.Log2((uint)Math.Min(matched, PromptLookup.MostMatched));
}
