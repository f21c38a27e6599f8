using Temoto.Generation.Drafting;

namespace Temoto.Tests.Generation.Drafting;

public class PromptLookupTests
{
    [Fact]
    public void WhatStoodBehindTheLastTokensIsTheGuess()
    {
        Assert.Equal((2, "3 4 9"), Guess([1, 2, 3, 4, 9, 8, 1, 2], 3));
        // The latest of two places that match as long.
        Assert.Equal((2, "5"), Guess([1, 2, 4, 1, 2, 5, 9, 1, 2], 1));
        // The one that matches longer, though it is further back.
        Assert.Equal((3, "4"), Guess([7, 1, 2, 4, 8, 1, 2, 5, 7, 1, 2], 1));
    }

    [Fact]
    public void ATextThatRepeatsItselfGoesOnRepeating() => Assert.Equal((4, "1 2 1 2 1"), Guess([1, 2, 1, 2, 1, 2], 5));

    [Theory]
    [InlineData]
    [InlineData(1)]
    [InlineData(1, 2)]
    [InlineData(1, 2, 3, 1, 3)]
    public void WithoutARepetitionThereIsNone(params int[] tokens) => Assert.Equal(0, Guess(tokens, 3).Matched);

    /// <summary>The longest match, of the places that are looked at, as it is found by comparing everything with everything.</summary>
    [Fact]
    public void TheMatchIsTheLongest()
    {
        var random = new Random(7);
        for (var round = 0; round < Thoroughness.Cases(200); round++)
        {
            // Few enough places for all of them to be looked at.
            var tokens = Enumerable.Range(0, random.Next(2, 30)).Select(_ => random.Next(1 + round % 5)).ToArray();
            var longest = Enumerable.Range(0, tokens.Length - 1).Max(end => Common(tokens, end, tokens.Length - 1));
            var (matched, guess) = Guess(tokens, 4);
            Assert.Equal(longest < 2 ? 0 : longest, matched);
            if (matched == 0)
                continue;
            Assert.Contains(
                Enumerable.Range(0, tokens.Length - 1).Where(end => Common(tokens, end, tokens.Length - 1) == longest),
                end => guess.StartsWith(string.Join(' ', tokens[(end + 1)..].Take(4)), StringComparison.Ordinal));
        }

        static int Common(int[] tokens, int left, int right)
        {
            var length = 0;
            while (length <= left && length < PromptLookup.MostMatched && tokens[left - length] == tokens[right - length])
                length++;
            return length;
        }
    }

    /// <summary>A text of one token has as many places as tokens: a step looks at a bounded number of them, and finds the longest match that is counted.</summary>
    [Fact]
    public void ALongTextOfOneTokenIsRead()
    {
        Assert.Equal((PromptLookup.MostMatched, "5 5"), Guess([.. Enumerable.Repeat(5, 10_000)], 2));
    }

    [Fact]
    public void BehindItsCapacityNothingIsGuessed()
    {
        var lookup = new PromptLookup(4);
        foreach (var token in new[] { 1, 2, 1, 2, 1, 2 })
            lookup.Append(token);
        lookup.Guess(new int[2], out var matched);
        Assert.Equal((4, 0), (lookup.Count, matched));
    }

    private static (int Matched, string Guess) Guess(int[] tokens, int count)
    {
        var lookup = new PromptLookup(tokens.Length + 1);
        foreach (var token in tokens)
            lookup.Append(token);
        var guess = new int[count];
        lookup.Guess(guess, out var matched);
        return (matched, string.Join(' ', guess));
    }
}
