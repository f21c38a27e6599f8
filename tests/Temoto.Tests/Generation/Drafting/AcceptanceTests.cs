using Temoto.Generation.Drafting;

namespace Temoto.Tests.Generation.Drafting;

public class AcceptanceTests
{
    [Fact]
    public void AGuessIsAsLikelyAsThoseBeforeCameTrue()
    {
        var acceptance = new Acceptance();
        Assert.Equal(0.1, acceptance.Of(2));
        for (var guess = 0; guess < 100; guess++)
            acceptance.Add(5, guess % 4 != 0);
        // Three of four, the latest of which count more.
        Assert.InRange(acceptance.Of(7), 0.7, 0.8);
        Assert.Equal(0.1, acceptance.Of(3));
        Assert.Equal(0.1, acceptance.Of(8));
    }

    /// <summary>Twenty wrong guesses leave 0.9^20 of what was before: 0.12.</summary>
    [Fact]
    public void OldGuessesFade()
    {
        var acceptance = new Acceptance();
        for (var guess = 0; guess < 100; guess++)
            acceptance.Add(32, true);
        Assert.InRange(acceptance.Of(100), 0.99, 1);
        for (var guess = 0; guess < 20; guess++)
            acceptance.Add(40, false);
        Assert.InRange(acceptance.Of(32), 0.1, 0.13);
    }
}
