using Temoto.Evaluation.Seeded;
using Temoto.Formats.Config;
using Temoto.Quantization;

namespace Temoto.Tests.Quantization;

public class CalibrationTokensTests
{
    private static readonly ModelConfig Config = ModelShapes.Get("tiny-qwen2");

    /// <summary>Sequences of the model's 256 positions, at even distances, in order.</summary>
    [Theory]
    [InlineData(1, 4096, new[] { 0 }, 1)]
    [InlineData(256, 4096, new[] { 0 }, 256)]
    [InlineData(257, 4096, new[] { 0 }, 256)]
    [InlineData(256 * 7 + 5, 4096, new[] { 0, 256, 512, 768, 1024, 1280, 1536 }, 256)]
    [InlineData(256 * 7 + 5, 512, new[] { 0, 768 }, 256)]
    [InlineData(256 * 7 + 5, 1, new[] { 0 }, 256)]
    public void TextIsCutIntoSequencesAtEvenDistances(int textTokens, int wantedTokens, int[] starts, int length)
    {
        var sequences = CalibrationTokens.Cut([.. Enumerable.Range(0, textTokens)], Config, wantedTokens);
        Assert.Equal(starts, sequences.Select(sequence => sequence[0]));
        Assert.All(sequences, sequence => Assert.Equal(Enumerable.Range(sequence[0], length), sequence));
    }

    [Fact]
    public void NoTextIsNoSequence() => Assert.Empty(CalibrationTokens.Cut([], Config));
}
