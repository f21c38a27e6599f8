using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Tests.Generation.Adapters;
using Temoto.Tests.Models;

namespace Temoto.Tests.Formats.Checkpoints.Gguf;

/// <summary>Whole models that GGUF's own library wrote (shared/data/golden-checkpoints): their weights bit for bit, and logits by transformers.</summary>
public sealed class GoldenGgufTests : IDisposable
{
    /// <summary>As for quantized checkpoints: norms, rotary tables and softmax are float32 there. In standard deviations of the logits.</summary>
    private const double LogitTolerance = 3e-5;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("gguf-llama-MXFP4")]
    [InlineData("gguf-llama-Q4_1")]
    [InlineData("gguf-llama-Q5_0")]
    [InlineData("gguf-llama-Q5_1")]
    [InlineData("gguf-qwen2-Q8_0")]
    public void WeightsAndLogitsAreTheLibrarys(string name)
    {
        var golden = RepositoryPaths.DataPath($"golden-checkpoints/{name}");
        var path = WithoutVocabulary(Path.Combine(golden, "model.gguf"));
        using (var file = GgufFile.Open(path))
        using (var expected = SafetensorsFile.Open(Path.Combine(golden, "check", "dequantized.safetensors")))
        {
            Assert.NotEmpty(expected.Tensors);
            foreach (var tensor in expected.Tensors.Values)
                Assert.Equal(AdapterFixture.Values(tensor), AdapterFixture.Values(file.Tensors[tensor.Name]));
        }
        using var precise = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var usual = LanguageModel.Load(path, new ModelOptions());
        foreach (var (tokens, expected) in GoldenLogits.Cases(golden))
        {
            Assert.InRange(GoldenLogits.Worst(expected, GoldenLogits.Of(precise, tokens)), 0, LogitTolerance);
            // Activations in int8: as in LlamaCppTests, root mean square.
            var difference = Math.Sqrt(expected.Zip(GoldenLogits.Of(usual, tokens), (e, a) => (e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);
            TestContext.Current.SendDiagnosticMessage($"{name}: with the usual kernels {difference:E1} standard deviations");
            Assert.InRange(difference, 0, 0.03);
        }
    }

    /// <summary>The vocabulary has four tokens more than the embedding has rows, which is refused: the key that says what it is gets another name of the same length.</summary>
    private string WithoutVocabulary(string path)
    {
        var bytes = File.ReadAllBytes(path);
        "tokenizer.ggml.other"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("tokenizer.ggml.model"u8)));
        var copy = folder.File("model.gguf");
        File.WriteAllBytes(copy, bytes);
        return copy;
    }
}
