using Temoto.Evaluation.Serving;

namespace Temoto.Tests.Evaluation.Serving;

public class WordPromptsTests
{
    [Fact]
    public void TheBeginningIsSharedAndTheRestIsEachOnesOwn()
    {
        var prompts = new WordPrompts(tokensPerWord: 2, sharedTokens: 60, seed: 1);
        var split = Enumerable.Range(0, 5).Select(request => prompts.Of(request, 100).Split(' ')).ToList();
        Assert.All(split, words => Assert.Equal(50, words.Length));
        Assert.Single(split.Select(words => string.Join(' ', words[..30])).Distinct());
        Assert.Equal(5, split.Select(words => string.Join(' ', words[30..])).Distinct().Count());
        Assert.Equal(prompts.Of(3, 100), new WordPrompts(2, 60, 1).Of(3, 100));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(500, 100, 51)]
    public void SomethingIsAlwaysOnesOwn(int shared, int tokens, int words) => Assert.Equal(words, new WordPrompts(2, shared, 1).Of(0, tokens).Split(' ').Length);

    /// <summary>A server may have no place for more than the prompts that it is asked for, whatever a word takes: at most a token for each of its bytes.</summary>
    [Theory]
    [InlineData(512)]
    [InlineData(100)]
    public void WhatIsLearntFromIsNoLongerThanAPrompt(int tokens) => Assert.InRange(WordPrompts.MeasureText(1, WordPrompts.MeasuredWords(tokens)).Length, tokens / 4, tokens);
}
