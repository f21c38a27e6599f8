using Temoto.Formats.Checkpoints;
using Temoto.Generation;

namespace Temoto.Tests.Generation;

public class SamplerTests
{
    private static Sampler NewSampler(GenerationOptions options, int vocab, ulong seed = 1) =>
        new(vocab, SamplingSettings.From(options, new GenerationDefaults()), seed);

    private static int[] Count(Sampler sampler, float[] logits, int draws)
    {
        var counts = new int[logits.Length];
        for (var i = 0; i < draws; i++)
            counts[sampler.Next(logits)]++;
        return counts;
    }

    [Fact]
    public void TemperatureZeroTakesTheLikeliestAndTheFirstOfEquals()
    {
        Assert.Equal(2, NewSampler(new() { Temperature = 0 }, 4).Next([0, 1, 3, 3]));
        Assert.Equal(1, NewSampler(new() { Temperature = 0 }, 3).Next([float.NaN, 1, 0]));
    }

    [Fact]
    public void DrawsFollowTheSoftmax()
    {
        // p = 0.1, 0.2, 0.7. 20,000 draws: a standard deviation of at most 0.0035, five of them are 0.018.
        float[] logits = [MathF.Log(0.1f), MathF.Log(0.2f), MathF.Log(0.7f)];
        var counts = Count(NewSampler(new() { Temperature = 1 }, 3), logits, 20_000);
        Assert.InRange(counts[0] / 20_000.0, 0.082, 0.118);
        Assert.InRange(counts[1] / 20_000.0, 0.182, 0.218);
        Assert.InRange(counts[2] / 20_000.0, 0.682, 0.718);
    }

    [Fact]
    public void TemperatureSharpens()
    {
        // At half the temperature probabilities are squared and renormalized: 0.01, 0.04, 0.49 of 0.54.
        float[] logits = [MathF.Log(0.1f), MathF.Log(0.2f), MathF.Log(0.7f)];
        var counts = Count(NewSampler(new() { Temperature = 0.5f }, 3), logits, 20_000);
        Assert.InRange(counts[2] / 20_000.0, 0.907 - 0.018, 0.907 + 0.018);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(99)]
    public void TopKDrawsFromTheKLikeliestOnly(int k)
    {
        var random = new Random(5);
        var logits = Enumerable.Range(0, 100).Select(_ => (float)random.NextDouble()).ToArray();
        var allowed = Enumerable.Range(0, 100).OrderByDescending(i => logits[i]).ThenBy(i => i).Take(k).ToHashSet();
        var counts = Count(NewSampler(new() { Temperature = 1, TopK = k }, 100), logits, 5000);
        Assert.All(Enumerable.Range(0, 100).Where(i => counts[i] > 0), i => Assert.Contains(i, allowed));
        Assert.True(counts.Count(count => count > 0) == k, "each of k near-equal tokens is drawn in 5000 draws");
    }

    [Fact]
    public void TopPDrawsFromTheSmallestSetThatReachesP()
    {
        // Sorted: 0.5, 0.3, 0.15, 0.05. p = 0.75 needs the first two.
        float[] logits = [MathF.Log(0.05f), MathF.Log(0.5f), MathF.Log(0.15f), MathF.Log(0.3f)];
        var counts = Count(NewSampler(new() { Temperature = 1, TopP = 0.75f }, 4), logits, 4000);
        Assert.Equal(0, counts[0] + counts[2]);
        // Renormalized 0.625 and 0.375; standard deviation 0.0077.
        Assert.InRange(counts[1] / 4000.0, 0.585, 0.665);
    }

    [Fact]
    public void TopPZeroIsGreedy() =>
        Assert.Equal(4000, Count(NewSampler(new() { Temperature = 1, TopP = 0 }, 3), [0, 1, 0.5f], 4000)[1]);

    [Fact]
    public void TopPEqualsAnExactSortOnManyTokens()
    {
        var random = new Random(6);
        var logits = Enumerable.Range(0, 5000).Select(_ => (float)(random.NextDouble() * 12)).ToArray();
        var weights = logits.Select(logit => Math.Exp(logit)).ToArray();
        var total = weights.Sum();
        var nucleus = new HashSet<int>();
        double reached = 0;
        foreach (var token in Enumerable.Range(0, logits.Length).OrderByDescending(i => weights[i]))
        {
            if (reached >= 0.3 * total)
                break;
            reached += weights[token];
            nucleus.Add(token);
        }
        var counts = Count(NewSampler(new() { Temperature = 1, TopP = 0.3f }, 5000), logits, 3000);
        Assert.All(Enumerable.Range(0, 5000).Where(i => counts[i] > 0), i => Assert.Contains(i, nucleus));
    }

    [Fact]
    public void MinPDropsTokensFarBelowTheLikeliest()
    {
        float[] logits = [MathF.Log(0.6f), MathF.Log(0.35f), MathF.Log(0.05f)];
        var counts = Count(NewSampler(new() { Temperature = 1, MinP = 0.1f }, 3), logits, 4000);
        Assert.Equal(0, counts[2]);
        Assert.True(counts[1] > 0);
    }

    [Fact]
    public void RepetitionPenaltyCoversThePromptAndWhatWasGenerated()
    {
        var sampler = NewSampler(new() { Temperature = 0, RepetitionPenalty = 2 }, 3);
        sampler.AcceptPrompt(0);
        // Token 0: 4 / 2 = 2 < 3. Then token 1: 3 / 2 < 2. Then 2 against 1.5 and token 2: -1 stays.
        Assert.Equal(1, sampler.Next([4, 3, -1]));
        Assert.Equal(0, sampler.Next([4, 3, -1]));
        // A negative logit is multiplied: -1 * 2 for seen tokens, so the unseen one wins.
        Assert.Equal(2, sampler.Next([-0.6f, -0.6f, -1]));
    }

    [Fact]
    public void PresenceAndFrequencyPenaltiesCountGeneratedTokensOnly()
    {
        var sampler = NewSampler(new() { Temperature = 0, PresencePenalty = 0.5f, FrequencyPenalty = 0.25f }, 2);
        sampler.AcceptPrompt(0);
        // 0 wins while 1 - 0.5 - 0.25 n > 0, n being the times it was generated: n = 0, 1, then a tie at n = 2 goes to the first.
        Assert.Equal([0, 0, 0, 1], Enumerable.Range(0, 4).Select(_ => sampler.Next([1, 0])));
    }

    [Fact]
    public void TheSameSeedGivesTheSameDraws()
    {
        var logits = new float[50];
        var first = Enumerable.Range(0, 100).Select(_ => 0).ToArray();
        var one = NewSampler(new() { Temperature = 1 }, 50, 9);
        var two = NewSampler(new() { Temperature = 1 }, 50, 9);
        var other = NewSampler(new() { Temperature = 1 }, 50, 10);
        var a = first.Select(_ => one.Next(logits)).ToArray();
        Assert.Equal(a, first.Select(_ => two.Next(logits)).ToArray());
        Assert.NotEqual(a, first.Select(_ => other.Next(logits)).ToArray());
    }

    [Theory]
    [InlineData(-1f, null, null)]
    [InlineData(float.NaN, null, null)]
    [InlineData(1f, 1.5f, null)]
    [InlineData(1f, null, -0.1f)]
    public void ValuesOutOfRangeAreRefused(float temperature, float? topP, float? minP) =>
        Assert.ThrowsAny<ArgumentException>(() => NewSampler(new() { Temperature = temperature, TopP = topP, MinP = minP }, 3));

    [Fact]
    public void TheCheckpointsDefaultsStandWhereOptionsSayNothing()
    {
        var defaults = new GenerationDefaults { Temperature = 0.3f, TopK = 7, TopP = 0.8f, RepetitionPenalty = 1.1f };
        Assert.Equal(new SamplingSettings(0.3f, 7, 0.5f, 0, 1.1f, 0, 0), SamplingSettings.From(new GenerationOptions { TopP = 0.5f }, defaults));
        Assert.Equal(0, SamplingSettings.From(new GenerationOptions(), new GenerationDefaults { DoSample = false, Temperature = 0.3f }).Temperature);
    }
}
