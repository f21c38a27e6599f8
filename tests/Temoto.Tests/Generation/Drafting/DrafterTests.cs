using Temoto.Generation.Drafting;

namespace Temoto.Tests.Generation.Drafting;

public class DrafterTests
{
    /// <summary>One guess in ten is right at first: 1 + 0.1 + 0.01 + ... tokens for a run of 1, 2, 3 ... rows.</summary>
    [Fact]
    public void AsManyAreComputedAsMakeTheMostTokensASecond()
    {
        Assert.Equal(3, Guesses(RunSecondsTests.Measured(4, (1, 1), (2, 1), (3, 1), (4, 1))));
        // 1.1 / 1.02 = 1.078, 1.11 / 1.025 = 1.083, 1.111 / 1.2 = 0.926.
        Assert.Equal(2, Guesses(RunSecondsTests.Measured(4, (1, 1), (2, 1.02), (3, 1.025), (4, 1.2))));
        // 1.1 / 1.06 = 1.04: not worth the trouble.
        Assert.Equal(0, Guesses(RunSecondsTests.Measured(2, (1, 1), (2, 1.06))));
        // Nothing is known yet.
        Assert.Equal(0, Guesses(new RunSeconds(4)));
    }

    [Fact]
    public void NoMoreThanAskedFor() => Assert.Equal(2, Guesses(RunSecondsTests.Measured(4, (1, 1), (2, 1), (3, 1), (4, 1)), most: 2));

    /// <summary>Wrong guesses are judged without being computed, so that what stopped paying is seen to pay again.</summary>
    [Fact]
    public void GuessesThatAreNotComputedAreJudged()
    {
        var seconds = RunSecondsTests.Measured(4, (1, 1), (2, 1.5), (3, 2), (4, 2.5));
        var drafter = new Drafter(1000, 3);
        Feed(drafter, 40, place => place % 5);
        Assert.Equal(0, new Drafter(1000, 3).Guess(seconds, 3).Length);
        // Five tokens that repeat: each guess comes true, until three of them are worth 2.5 runs.
        for (var place = 40; place < 80; place++)
        {
            drafter.Guess(seconds, 3);
            drafter.Take(place % 5);
        }
        Assert.Equal([0, 1, 2], drafter.Guess(seconds, 3).ToArray());
        // And none once they are wrong: what stands behind the two tokens that come again is always another.
        for (var place = 0; place < 41; place++)
        {
            drafter.Guess(seconds, 3);
            drafter.Take(place % 3 == 2 ? 100 + place : 10 + place % 3);
        }
        Assert.Equal(0, drafter.Guess(seconds, 3).Length);
    }

    private static int Guesses(RunSeconds seconds, int most = 3)
    {
        var drafter = new Drafter(100, 3);
        Feed(drafter, 8, place => place % 4);
        return drafter.Guess(seconds, most).Length;
    }

    private static void Feed(Drafter drafter, int count, Func<int, int> tokenAt)
    {
        for (var place = 0; place < count; place++)
            drafter.AcceptPrompt(tokenAt(place));
    }
}
