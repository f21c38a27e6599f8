namespace Temoto.Evaluation.Benchmarking;

/// <summary>Rounds of a benchmark, of which noisy ones are thrown away and repeated.</summary>
/// <param name="Kept">Seconds of every test, round by round.</param>
/// <param name="ThrownAway">Rounds that were noisy.</param>
internal sealed record QuietRounds(IReadOnlyList<IReadOnlyList<double>> Kept, int ThrownAway)
{
    /// <summary>As many rounds are thrown away as are wanted, at most: what is noisy after that stays, since on such a machine nothing better is to be had.</summary>
    public static QuietRounds Take(int wanted, Func<IReadOnlyList<double>> run, Func<IReadOnlyList<double>, bool> isNoisy)
    {
        var kept = new List<IReadOnlyList<double>>();
        var thrownAway = 0;
        while (kept.Count < wanted)
        {
            var round = run();
            if (thrownAway < wanted && isNoisy(round))
                thrownAway++;
            else
                kept.Add(round);
        }
        return new QuietRounds(kept, thrownAway);
    }
}
