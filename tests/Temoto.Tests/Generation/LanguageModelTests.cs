using Temoto.Evaluation.Seeded;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Generation;

public sealed class LanguageModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public LanguageModelTests() => SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 11, folder.Path, DType.BF16, null, default);

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, ModelOptions> BadOptions => new()
    {
        { "Threads", new ModelOptions { Threads = 0 } },
        { "Threads", new ModelOptions { Threads = 1025 } },
        { "Kernels", new ModelOptions { Kernels = "mmx" } },
        { "ContextTokens", new ModelOptions { ContextTokens = 0 } },
        { "ContextTokens", new ModelOptions { ContextTokens = 257 } },
        { "KvCache", new ModelOptions { KvCache = (KvCacheType)9 } },
        { "PackedWeights", new ModelOptions { PackedWeights = (PackedWeightsChoice)9 } },
        { "Repack", new ModelOptions { Repack = (RepackChoice)9 } },
        { "Dataflow", new ModelOptions { Dataflow = (DataflowChoice)9 } },
        { "Activations", new ModelOptions { Activations = (ActivationType)9 } },
        { "MaxBatchSequences", new ModelOptions { MaxBatchSequences = 65 } },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void AnOptionThatCannotBeUsedIsNamed(string property, ModelOptions options)
    {
        var error = Assert.ThrowsAny<ArgumentOutOfRangeException>(() => LanguageModel.Load(folder.Path, options));
        Assert.Equal($"ModelOptions.{property}", error.ParamName);
        Assert.StartsWith($"ModelOptions.{property}: found ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public static TheoryData<string, GenerationOptions> BadGeneration => new()
    {
        { "MaxTokens", new GenerationOptions { MaxTokens = -1 } },
        { "Temperature", new GenerationOptions { Temperature = float.NaN } },
        { "Temperature", new GenerationOptions { Temperature = -0.5f } },
        { "TopK", new GenerationOptions { TopK = -1 } },
        { "TopP", new GenerationOptions { TopP = 1.5f } },
        { "MinP", new GenerationOptions { MinP = float.PositiveInfinity } },
        { "RepetitionPenalty", new GenerationOptions { RepetitionPenalty = 0 } },
        { "PresencePenalty", new GenerationOptions { PresencePenalty = 101 } },
        { "FrequencyPenalty", new GenerationOptions { FrequencyPenalty = float.NaN } },
        { "Stop", new GenerationOptions { Stop = ["a", ""] } },
        { "Stop", new GenerationOptions { Stop = null! } },
    };

    /// <summary>At the call: who never reads the text learns of it too.</summary>
    [Theory]
    [MemberData(nameof(BadGeneration))]
    public void AGenerationOptionThatCannotBeUsedIsNamedAtTheCall(string property, GenerationOptions options)
    {
        using var model = LanguageModel.Load(folder.Path);
        using var session = model.CreateSession();
        foreach (var call in new Action[] { () => session.CompleteAsync("pump", options), () => session.ChatAsync([new("user", "pump")], options), () => model.GenerateAsync("pump", options) })
        {
            var error = Assert.ThrowsAny<ArgumentException>(call);
            Assert.Equal($"GenerationOptions.{property}", error.ParamName);
            Assert.DoesNotContain("--", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ADefaultOfTheCheckpointThatCannotBeUsedIsBadInput()
    {
        File.WriteAllText(folder.File("generation_config.json"), "{\"eos_token_id\": 1, \"temperature\": 500}");
        using var model = LanguageModel.Load(folder.Path);
        using var session = model.CreateSession();
        var error = Assert.Throws<InputException>(() => { session.CompleteAsync("pump"); });
        Assert.Contains("temperature of the generation defaults: found 500", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        // One that is set over it does not need it.
        session.CompleteAsync("pump", new GenerationOptions { Temperature = 1 });
    }

    /// <summary>Checkpoints name end tokens that their vocabulary has not: who forbids or allows end tokens need not know.</summary>
    [Fact]
    public void EndTokensBeyondTheVocabularyArePassedOver()
    {
        File.WriteAllText(folder.File("generation_config.json"), "{\"eos_token_id\": [1, 99999]}");
        using var model = LanguageModel.Load(folder.Path);
        Assert.Contains(1, model.EndTokenIds);
        Assert.All(model.EndTokenIds, id => Assert.InRange(id, 0, model.Info.VocabSize - 1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(99999)]
    [InlineData(int.MinValue)]
    public void IdsOutsideTheVocabularyAreArgumentErrors(int id)
    {
        using var model = LanguageModel.Load(folder.Path);
        var error = Assert.Throws<ArgumentOutOfRangeException>("ids", () => model.Detokenize([1, id]));
        Assert.Contains("from 0 to 319", error.Message, StringComparison.Ordinal);
        Assert.Equal("pump", model.Detokenize(model.Tokenize("pump")));
    }

    [Fact]
    public void NothingIsNoPromptForAChatModel()
    {
        using var model = LanguageModel.Load(folder.Path);
        Assert.Throws<ArgumentException>("prompt", () => { model.GenerateAsync(""); });
        Assert.Throws<ArgumentNullException>("prompt", () => { model.GenerateAsync(null!); });
        Assert.Throws<ArgumentNullException>("text", () => model.Tokenize(null!));
        Assert.Throws<ArgumentNullException>("text", () => model.CountTokens(null!));
        Assert.Throws<ArgumentNullException>("ids", () => model.Detokenize(null!));
    }
}
