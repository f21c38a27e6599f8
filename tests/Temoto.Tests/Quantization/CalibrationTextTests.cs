using Temoto.Formats.Checkpoints;
using Temoto.Quantization;

namespace Temoto.Tests.Quantization;

public class CalibrationTextTests
{
    private static string Demo => Path.Combine(RepositoryPaths.Root, "models", "demo");

    /// <summary>The demo model writes conversations of its kind: its own markers, many different tokens, another text in every sequence.</summary>
    [Fact]
    public void TheModelWritesTextsOfItsOwnKind()
    {
        using var model = LanguageModel.Load(Demo, new ModelOptions { ContextTokens = 256 });
        var sequences = CalibrationText.Sampled(model, 1000, null, TestContext.Current.CancellationToken);
        Assert.Equal(4, sequences.Length);
        Assert.Equal(256, sequences[0].Length);
        Assert.InRange(sequences[1].Length, 128, 255);
        foreach (var sequence in sequences)
        {
            Assert.True(sequence.Distinct().Count() > 40, $"only {sequence.Distinct().Count()} different tokens: {model.Detokenize(sequence)}");
            Assert.Contains("assistant", model.Detokenize(sequence));
        }
        Assert.NotEqual(sequences[0].Take(60), sequences[2].Take(60));
        Assert.Equal(sequences, CalibrationText.Sampled(model, 1000, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ATextIsCutIntoSequences()
    {
        using var checkpoint = CheckpointReader.Open(Demo);
        var text = File.ReadAllText(Path.Combine(Demo, "heldout.txt"));
        var sequences = CalibrationText.FromText(checkpoint, "heldout.txt", text, 2048);
        Assert.Equal(4, sequences.Length);
        Assert.All(sequences, sequence => Assert.Equal(512, sequence.Length));
    }

    [Fact]
    public void ATextTooShortIsRefused()
    {
        using var checkpoint = CheckpointReader.Open(Demo);
        var error = Assert.Throws<InputException>(() => CalibrationText.FromText(checkpoint, "short.txt", "pump", 2048));
        Assert.Contains("short.txt", error.Message);
    }
}
