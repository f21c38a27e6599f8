using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Quantization.Exports;

public class GgufExportTests
{
    private static readonly int[] Tokens = [72, 101, 108, 108, 111, 3, 250, 7];

    private static float[] Logits(string path)
    {
        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true, Threads = 1 });
        using var rows = new LogitRows(model.Engine);
        var logits = new float[Tokens.Length * model.Info.VocabSize];
        rows.Run(Tokens, 0, (position, row) => row.CopyTo(logits.AsSpan(position * row.Length)), default);
        return logits;
    }

    private static string Seeded(TemporaryFolder folder, string shape)
    {
        var directory = folder.File("hf");
        SeededCheckpoint.Write(ModelShapes.Get(shape), 5, directory, DType.F32, null, default);
        return directory;
    }

    [Theory]
    [InlineData("tiny-qwen2", DType.F32, 0)]
    [InlineData("tiny-qwen3", DType.F32, 0)]
    // With the llama3 position scaling, as factors. Interleaving the rows of q and k changes the order of float64 sums; the factors are float32.
    [InlineData("tiny-llama", DType.F32, 1e-6)]
    [InlineData("tiny-smollm3", DType.F32, 1e-6)]
    [InlineData("tiny-granite", DType.F32, 1e-6)]
    // Half the last place of 10 bits, through 14 matrices.
    [InlineData("tiny-llama", DType.F16, 2e-3)]
    // Steps of 1/254 and 1/16 of a block's largest weight, as derived for activations in LlamaCppTests: 0.0057 sqrt 14, and 16 times that.
    [InlineData("tiny-qwen2", DType.Q8_0, 0.03)]
    [InlineData("tiny-llama", DType.Q4_0, 0.5)]
    internal void AnExportedModelComputesTheSame(string shape, DType dtype, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var directory = Seeded(folder, shape);
        var path = folder.File("m.gguf");
        using (var checkpoint = CheckpointReader.Open(directory))
            GgufExport.Write(checkpoint, path, dtype, null, default);
        var expected = Logits(directory);
        var actual = Logits(path);
        var deviation = Math.Sqrt(expected.Average(value => (double)value * value));
        var error = Math.Sqrt(expected.Zip(actual, (e, a) => ((double)e - a) * (e - a)).Average());
        Assert.True(error <= tolerance * deviation, $"off by {error / deviation:E2} standard deviations");
    }

    [Fact]
    public void TheTokenizerAndTheTemplateComeAlong()
    {
        using var folder = new TemporaryFolder();
        var directory = Seeded(folder, "tiny-qwen2");
        var path = folder.File("m.gguf");
        using (var checkpoint = CheckpointReader.Open(directory))
            GgufExport.Write(checkpoint, path, DType.F16, null, default);
        using var before = LanguageModel.Load(directory);
        using var after = LanguageModel.Load(path);
        const string text = "pump 3 <|im_end|> ポンプ";
        Assert.Equal(before.Tokenize(text), after.Tokenize(text));
        Assert.Equal(before.EncodeChat([new ChatMessage("user", text)]), after.EncodeChat([new ChatMessage("user", text)]));
        Assert.Superset(after.EndTokenIds.ToHashSet(), before.EndTokenIds.ToHashSet());
    }

    [Fact]
    public void TheStoryIsTheSameAfterExport()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("stories.gguf");
        var source = RepositoryPaths.DataPath("stories260k/stories260K.bin");
        using (var checkpoint = CheckpointReader.Open(source))
            GgufExport.Write(checkpoint, path, DType.F32, null, default);
        Assert.Equal(Story(source), Story(path));

        static string Story(string path)
        {
            using var model = LanguageModel.Load(path);
            using var session = model.CreateSession();
            return string.Concat(session.Generate(model.EncodeRaw(""), new GenerationOptions { Temperature = 0, MaxTokens = 60 }, 0, default));
        }
    }

    [Fact]
    public void ARefusedExportLeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        var directory = Seeded(folder, "tiny-qwen2");
        using var checkpoint = CheckpointReader.Open(directory);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => GgufExport.Write(checkpoint, folder.File("m.gguf"), DType.F32, null, cancellation.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
