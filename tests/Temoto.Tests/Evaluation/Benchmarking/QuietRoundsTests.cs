using Temoto.Evaluation.Benchmarking;

namespace Temoto.Tests.Evaluation.Benchmarking;

public class QuietRoundsTests
{
    /// <summary>Rounds are numbered as they run; those of <paramref name="noisy"/> are noisy.</summary>
    private static QuietRounds Take(int wanted, params int[] noisy)
    {
        var ran = 0;
        return QuietRounds.Take(wanted, () => [++ran], round => noisy.Contains((int)round[0]));
    }

    [Fact]
    public void NoisyRoundsAreThrownAwayAndRepeated()
    {
        var rounds = Take(3, 2, 3);
        Assert.Equal([1, 4, 5], rounds.Kept.Select(round => round[0]));
        Assert.Equal(2, rounds.ThrownAway);
        Assert.Equal(0, Take(2).ThrownAway);
    }

    [Fact]
    public void WhereEveryRoundIsNoisyAsManyAsAreWantedAreRepeated()
    {
        var rounds = Take(3, [.. Enumerable.Range(1, 100)]);
        Assert.Equal([4, 5, 6], rounds.Kept.Select(round => round[0]));
        Assert.Equal(3, rounds.ThrownAway);
    }
}
