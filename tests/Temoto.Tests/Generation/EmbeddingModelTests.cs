using System.Text.Json;
using Temoto.Formats.Checkpoints;
using Temoto.Generation.Embeddings;
using Temoto.Tests.Formats;
using Temoto.Tests.Models;

namespace Temoto.Tests.Generation;

/// <summary>Vectors of texts: encoders against transformers (shared/data/golden-models), and a trained one against sentence-transformers (shared/data/all-minilm-l6-v2).</summary>
public class EmbeddingModelTests
{
    private static string MiniLm => RepositoryPaths.DataPath("all-minilm-l6-v2");

    /// <summary>Folders of golden-models.</summary>
    public static TheoryData<string> Encoders => ["bert", "distilbert", "electra", "modernbert", "mpnet", "roberta", "xlm-roberta"];

    /// <summary>The tolerance is that of ModelTypesTests: transformers rounds norms and softmax to float32.</summary>
    [Theory]
    [MemberData(nameof(Encoders))]
    public void TokensHaveTheVectorsOfTransformers(string folder)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{folder}");
        foreach (var dataflow in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
        {
            foreach (var (precise, tolerance) in new[] { (true, 3e-5), (false, 3e-4) })
            {
                using var checkpoint = CheckpointReader.Open(path);
                using var engine = new EmbeddingEngine(checkpoint, new ModelOptions { Precise = precise, Dataflow = dataflow, KvCache = KvCacheType.F32 });
                foreach (var (tokens, expected) in GoldenLogits.Cases(path))
                {
                    var actual = new List<float>();
                    engine.Vectors(tokens, rows => actual.AddRange(rows), TestContext.Current.CancellationToken);
                    var worst = GoldenLogits.Worst(expected, [.. actual]);
                    Assert.True(worst <= tolerance, $"{folder} {dataflow} {(precise ? "precise" : "default")} {tokens.Length}: off by {worst:E2} standard deviations");
                }
            }
        }
    }

    /// <summary>Its own rows of the table of positions and of token types: what a text of two parts has is not added.</summary>
    [Theory]
    [MemberData(nameof(Encoders))]
    public void AConfigurationIsWrittenAsItWasRead(string folder)
    {
        var config = HuggingFaceConfig.Read(Path.Combine(RepositoryPaths.DataPath($"golden-models/{folder}"), "config.json"));
        Assert.Equal(config, HuggingFaceConfig.Parse(System.Text.Encoding.UTF8.GetBytes(HuggingFaceConfigWriter.Write(config)), "written"));
    }

    /// <summary>Ids are those of the tokenizer; unit vectors are off by 1e-5 at most, with the default kernels by so little that the cosine is 0.999.</summary>
    [Fact]
    public void ATrainedEncoderGivesTheVectorsOfItsMakers()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(MiniLm, "embeddings.json")));
        var rows = document.RootElement.GetProperty("rows").EnumerateArray().ToList();
        var expected = GoldenLogits.Floats(Path.Combine(MiniLm, "embeddings.f32")).Chunk(384).ToList();
        using var precise = EmbeddingModel.Load(MiniLm, new ModelOptions { Precise = true });
        using var fast = EmbeddingModel.Load(MiniLm);
        Assert.Equal((384, 256, EmbeddingPooling.Mean, true), (fast.Dimensions, fast.MaxTokens, fast.Pooling, fast.Normalizes));
        for (var row = 0; row < rows.Count; row++)
        {
            var text = rows[row].GetProperty("text").GetString()!;
            Assert.Equal(rows[row].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), precise.Encode(text, EmbeddingKind.Text, out _));
            var vector = precise.Embed(text, cancellationToken: TestContext.Current.CancellationToken);
            Assert.InRange(vector.Zip(expected[row], (a, e) => Math.Abs(a - e)).Max(), 0, 1e-5);
            Assert.InRange(fast.Embed(text, cancellationToken: TestContext.Current.CancellationToken).Zip(expected[row], (a, e) => (double)a * e).Sum(), 0.999, 1.001);
        }
    }

    /// <summary>sentence-transformers cuts the text, not the token behind it.</summary>
    [Fact]
    public void ALongTextIsCutBeforeItsLastToken()
    {
        using var model = EmbeddingModel.Load(MiniLm, new ModelOptions { ContextTokens = 16 });
        var tokens = model.Encode(string.Concat(Enumerable.Repeat("pump ", 40)), EmbeddingKind.Text, out var isCut);
        Assert.True(isCut);
        Assert.Equal((16, 101, 102), (tokens.Length, tokens[0], tokens[^1]));
        Assert.Equal(tokens[1], tokens[14]);
        Assert.Equal(16, model.MaxTokens);
    }

    /// <summary>
    /// Texts of one run see nothing of each other: each has the vector that it has alone, bit for bit, whatever is beside it. Windows, learned and rotary positions, causal models, convolutions,
    /// matrices whose rows are whole panels and others.
    /// </summary>
    [Theory]
    [MemberData(nameof(Encoders))]
    [InlineData("qwen3")]
    [InlineData("lfm2")]
    [InlineData("gemma3_text")]
    public void ATextIsTheSameBesideOthers(string folder)
    {
        using var checkpoint = CheckpointReader.Open(RepositoryPaths.DataPath($"golden-models/{folder}"));
        foreach (var dataflow in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
        {
            foreach (var precise in new[] { true, false })
            {
                using var engine = new EmbeddingEngine(checkpoint, new ModelOptions { Precise = precise, Dataflow = dataflow, Threads = 2 });
                int[][] texts = [.. new[] { 17, 1, 40, 16, 5, 33, 2 }.Select((length, text) => Enumerable.Range(0, length).Select(i => (i * 7 + text * 13 + 3) % checkpoint.Config.VocabSize).ToArray())];
                Assert.Equal(texts.Length, engine.TextsOfRun(texts));
                var together = engine.Run(texts, EmbeddingPooling.Mean, TestContext.Current.CancellationToken);
                foreach (var (text, index) in texts.Select((text, index) => (text, index)))
                {
                    var alone = engine.Run([text], EmbeddingPooling.Mean, TestContext.Current.CancellationToken)[0];
                    Assert.True(alone.AsSpan().SequenceEqual(together[index]), $"{folder} {dataflow} {(precise ? "precise" : "default")}: text {index} of {text.Length} tokens");
                }
            }
        }
    }

    /// <summary>A run takes as many texts as the plan has tokens and the cache places, each text whole panels of them; one that is longer runs alone, and many runs give the vectors in order.</summary>
    [Fact]
    public void TextsFillRuns()
    {
        using var checkpoint = CheckpointReader.Open(RepositoryPaths.DataPath("golden-models/bert"));
        using var engine = new EmbeddingEngine(checkpoint, new ModelOptions());
        Assert.Equal((512, 512), (engine.Plan.Prefill.MaxTokens, engine.Plan.Prefill.Kv!.Context));
        Assert.Equal(32, engine.TextsOfRun([.. Enumerable.Repeat(new int[16], 40)]));
        Assert.Equal(16, engine.TextsOfRun([.. Enumerable.Repeat(new int[17], 40)]));
        Assert.Equal(1, engine.TextsOfRun([new int[512], new int[1]]));
        using var model = EmbeddingModel.Load(MiniLm);
        string[] texts = [.. Enumerable.Range(0, 70).Select(i => string.Concat(Enumerable.Repeat($"pump {i} ", 1 + i * 7 % 60)))];
        var vectors = model.Embed(texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(texts.Length, vectors.Count);
        foreach (var i in new[] { 0, 1, 30, 69 })
            Assert.Equal(model.Embed(texts[i], cancellationToken: TestContext.Current.CancellationToken), vectors[i]);
    }

    [Fact]
    public void PackedItStaysWhatItIs()
    {
        using var folder = new TemporaryFolder();
        var packed = folder.File("minilm.temoto");
        var result = Cli.CommandLineTests.Run(null, "pack", MiniLm, "--weights", "int8", "--method", "rtn", "--lm-head", "f16", "-o", packed);
        Assert.True(result.ExitCode == 0, result.Errors);
        using var source = EmbeddingModel.Load(MiniLm);
        using var model = EmbeddingModel.Load(packed);
        Assert.Equal((source.Pooling, source.Normalizes, source.MaxTokens), (model.Pooling, model.Normalizes, model.MaxTokens));
        foreach (var text in new[] { "The pump has stopped because of a leak.", "Der Pumpenmotor läuft ruhig.", "x" })
        {
            // Rows of int8: off by 1/127 / sqrt 12 of the largest of a row, 0.2 % of what rows hold; twelve products one after the other.
            Assert.InRange(source.Embed(text).Zip(model.Embed(text), (a, b) => (double)a * b).Sum(), 0.995, 1.001);
        }
    }

    [Theory]
    [InlineData(EmbeddingPooling.Mean, new float[] { 3, 2 })]
    [InlineData(EmbeddingPooling.Cls, new float[] { 1, 0 })]
    [InlineData(EmbeddingPooling.LastToken, new float[] { 3, 6 })]
    [InlineData(EmbeddingPooling.Max, new float[] { 5, 6 })]
    [InlineData(EmbeddingPooling.MeanSqrtLength, new float[] { 5.196152f, 3.4641016f })]
    public void RunsBecomeOneVector(EmbeddingPooling pooling, float[] expected)
    {
        var pool = new VectorPool(pooling, 2);
        pool.Add([1, 0, 5, 0]);
        pool.Add([3, 6]);
        var vector = new float[2];
        pool.Store(vector);
        Assert.Equal(expected, vector);
        VectorPool.Normalize(vector);
        Assert.Equal(1, Math.Sqrt(vector.Sum(element => (double)element * element)), 6);
        var zeros = new float[2];
        VectorPool.Normalize(zeros);
        Assert.Equal([0f, 0f], zeros);
    }

    /// <summary>A decoder as an embedder: what stands before its output head, the last token's; in pieces as in one run.</summary>
    [Fact]
    public void ADecoderGivesWhatItsHeadReads()
    {
        var path = RepositoryPaths.DataPath("golden-models/qwen3");
        using var checkpoint = CheckpointReader.Open(path);
        using var engine = new EmbeddingEngine(checkpoint, new ModelOptions { Precise = true });
        int[] tokens = [5, 6, 7, 300, 1, 9];
        var vector = new float[checkpoint.Config.HiddenSize];
        engine.Run(tokens, EmbeddingPooling.LastToken, vector, TestContext.Current.CancellationToken);

        using var model = LanguageModel.Load(path, new ModelOptions { Precise = true });
        using var cache = model.Engine.NewCache();
        using var executor = model.Engine.NewExecutor(model.Engine.NewPlan(Temoto.Plans.Phase.Prefill, tokens.Length, 1));
        var logits = executor.Forward(tokens, cache, 1).ToArray();
        unsafe
        {
            var row = new float[vector.Length];
            for (var token = 0; token < logits.Length; token++)
            {
                fixed (float* destination = row)
                    Temoto.Kernels.BlockDecoder.DecodeRow(checkpoint.Tensors["model.embed_tokens.weight"], token, destination);
                Assert.Equal(logits[token], row.Zip(vector, (w, v) => (double)w * v).Sum(), 1e-5);
            }
        }
    }

    /// <summary>Token types belong to every text; without them vectors would be wrong and nobody would know.</summary>
    [Fact]
    public void AnEncoderWithoutTokenTypesIsRefused()
    {
        using var checkpoint = CheckpointReader.Open(RepositoryPaths.DataPath("golden-models/bert"));
        var without = checkpoint.Tensors.Where(pair => pair.Key != "embeddings.position_and_type_embeddings.weight").ToDictionary();
        using var cut = new Checkpoint([]) { Path = "cut", Format = "safetensors", Config = checkpoint.Config, Tensors = without };
        Assert.Contains("position_and_type_embeddings", Assert.Throws<InputException>(() => new EmbeddingEngine(cut, new ModelOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatMakesNoVectorsIsRefused()
    {
        var error = Assert.Throws<InputException>(() => LanguageModel.Load(MiniLm));
        Assert.Contains("temoto embed", error.Message, StringComparison.Ordinal);
        using var checkpoint = CheckpointReader.Open(RepositoryPaths.DataPath("golden-models/opt"));
        Assert.Contains("'opt'", Assert.Throws<InputException>(() => new EmbeddingEngine(checkpoint, new ModelOptions())).Message, StringComparison.Ordinal);
    }
}
