using System.Globalization;
using System.Text;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Tokenizers;
using Temoto.Generation.Tokenizers;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation.Seeded;

public sealed class SeededCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("tiny-qwen2", "F32")]
    [InlineData("tiny-llama", "F16")]
    [InlineData("tiny-qwen3", "BF16")]
    [InlineData("tiny-smollm3", "BF16")]
    [InlineData("tiny-granite", "F32")]
    [InlineData("tiny-opt", "F16")]
    [InlineData("tiny-opt-post", "BF16")]
    public void OpensAsTheShapeItWasMadeFrom(string shape, string dtype)
    {
        var config = ModelShapes.Get(shape);
        var reports = new List<(long Done, long Total)>();
        SeededCheckpoint.Write(config, 7, folder.File("model"), Enum.Parse<DType>(dtype), (done, total) => reports.Add((done, total)), CancellationToken.None);
        using var checkpoint = CheckpointReader.Open(folder.File("model"));
        Assert.Equal(config, checkpoint.Config);
        Assert.Equal([258, 256], checkpoint.Generation.EosTokenIds);
        var expected = ModelTypes.Of(config).FileTensors(config);
        Assert.Equal(expected.Count, checkpoint.Tensors.Count);
        foreach (var (name, dimensions) in expected)
            Assert.Equal(dtype, $"{checkpoint.Require(name, dimensions.Span).DType}");
        Assert.Equal(reports[^1].Total, reports[^1].Done);
        Assert.Equal(checkpoint.Tensors.Values.Sum(tensor => tensor.ByteLength), reports[^1].Total);
        Assert.Equal(
            ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(folder.File("model")).Select(Path.GetFileName).Order());
    }

    /// <summary>What a seeded model says can be read, and timed by its pieces; texts are bytes all the same.</summary>
    [Fact]
    public void TokensBehindTheBytesAreWords()
    {
        var config = ModelShapes.Get("tiny-llama");
        SeededCheckpoint.Write(config, 7, folder.Path, DType.F16, null, CancellationToken.None);
        var tokenizer = Tokenizer.Create(TokenizerFiles.Read(folder.Path)!, folder.Path);
        var words = Enumerable.Range(SeededTokenizer.SmallestVocabSize, config.VocabSize - SeededTokenizer.SmallestVocabSize).Select(id => Encoding.UTF8.GetString(tokenizer.BytesInText(id)!)).ToList();
        Assert.NotEmpty(words);
        Assert.All(words, word => Assert.Matches("^ ([bdfghjklmnprstvwyz][aeiou]){2,}$", word));
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.Equal([.. Encoding.UTF8.GetBytes(words[0]).Select(value => (int)value)], tokenizer.Encode(words[0], addSpecialTokens: false, parseSpecial: false));
    }

    [Fact]
    public void ValuesHaveTheStatedDistribution()
    {
        var config = ModelShapes.Get("tiny-qwen2");
        SeededCheckpoint.Write(config, 7, folder.Path, DType.F32, null, CancellationToken.None);
        using var checkpoint = CheckpointReader.Open(folder.Path);
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            var (mean, deviation) = SeededCheckpoint.Distribution(config, tensor.Name, tensor.Shape);
            var values = Decode(tensor);
            var n = values.Length;
            // Mean and standard deviation of n samples spread by deviation / sqrt(n) and about deviation / sqrt(2 n): six of those never happen by chance.
            Assert.Equal(mean, values.Average(), 6 * deviation / Math.Sqrt(n));
            Assert.Equal(deviation, Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2))), 6 * deviation / Math.Sqrt(2 * n));
        }
        Assert.Equal(1 / Math.Sqrt(64 * 4.0), SeededCheckpoint.Distribution(config, "model.layers.0.self_attn.o_proj.weight", [64, 64]).StandardDeviation, 1e-12);
        Assert.NotEqual(Decode(checkpoint.Tensors["model.layers.0.self_attn.q_proj.weight"]), Decode(checkpoint.Tensors["model.layers.1.self_attn.q_proj.weight"]));
    }

    [Fact]
    public void SameSeedSameFileOtherSeedOtherFile()
    {
        var config = ModelShapes.Get("tiny-qwen2");
        foreach (var (name, seed) in new[] { ("a", 1UL), ("b", 1UL), ("c", 2UL) })
            SeededCheckpoint.Write(config, seed, folder.File(name), DType.BF16, null, CancellationToken.None);
        var files = new[] { "a", "b", "c" }.Select(name => File.ReadAllBytes(Path.Combine(folder.File(name), "model.safetensors"))).ToArray();
        Assert.Equal(files[0], files[1]);
        Assert.NotEqual(files[0], files[2]);
    }

    [Fact]
    public void AnotherProgramMakesTheSameNumbers()
    {
        (ulong Seed, string Name, long First, int Count, float Mean, double Deviation)[] pieces =
        [
            (0, "model.norm.weight", 0, 1, 1, 0.1), (7, "model.layers.10.mlp.down_proj.weight", 65535, 70, 0, 0.01), (ulong.MaxValue, "ü", 1L << 40, 1000, 0, 1 / Math.Sqrt(896)),
        ];
        var input = string.Concat(pieces.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Seed} {p.Name} {p.First} {p.Count} {p.Mean} {p.Deviation:R}\n")));
        var lines = Oracle.Python("seeded_weights.py", input).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(pieces.Length, lines.Length);
        foreach (var (piece, line) in pieces.Zip(lines))
        {
            var values = new float[piece.Count];
            SeededWeights.Fill(SeededWeights.Stream(piece.Seed, piece.Name), piece.First, piece.Mean, piece.Deviation, values);
            Assert.Equal(line, Convert.ToHexStringLower([.. values.SelectMany(BitConverter.GetBytes)]));
        }
    }

    [Fact]
    public void CancellingLeavesNoCheckpoint()
    {
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 1, folder.Path, DType.F32, (_, _) => source.Cancel(), source.Token));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void RefusesAFileInThePlaceOfTheDirectory()
    {
        var file = folder.Write("file", "x");
        Assert.Throws<InputException>(() => SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 1, file, DType.F32, null, CancellationToken.None));
    }

    [Fact]
    public void UnknownShapesAreListed() =>
        Assert.Contains("tinyllama-1.1b", Assert.Throws<InputException>(() => ModelShapes.Get("gpt-5")).Message, StringComparison.Ordinal);

    [Fact]
    public void PublishedShapesHaveTheirPublishedSize()
    {
        foreach (var (name, parameters) in new[] { ("qwen2.5-0.5b", 494_032_768L), ("qwen2.5-1.5b", 1_543_714_304L), ("qwen3-0.6b", 596_049_920L), ("llama-3.2-1b", 1_235_814_400L), ("tinyllama-1.1b", 1_100_048_384L), ("opt-125m", 125_239_296L), ("opt-350m", 331_196_416L), ("opt-1.3b", 1_315_758_080L) })
            Assert.Equal(parameters, Architecture.Build(ModelShapes.Get(name), name).Weights.Sum(use => use.Shape.Aggregate(1L, (product, dimension) => product * dimension)));
    }

    private static unsafe float[] Decode(Tensor tensor)
    {
        var values = new float[tensor.ElementCount];
        fixed (float* destination = values)
            BlockDecoder.DecodeRow(tensor.DType, tensor.Data, destination, values.Length);
        return values;
    }
}
