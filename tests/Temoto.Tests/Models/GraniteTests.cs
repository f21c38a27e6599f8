using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Gguf;
using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Formats.Checkpoints.Gguf;

namespace Temoto.Tests.Models;

public sealed class GraniteTests : IDisposable
{
    /// <summary>The keys of a published Granite 3 of 8B parameters that bear on the computation.</summary>
    private const string Published = """
        {"model_type":"granite","attention_bias":false,"attention_multiplier":0.0078125,"embedding_multiplier":12.0,"hidden_act":"silu","hidden_size":4096,"intermediate_size":12800,
         "logits_scaling":16.0,"max_position_embeddings":131072,"mlp_bias":false,"num_attention_heads":32,"num_hidden_layers":40,"num_key_value_heads":8,"residual_multiplier":0.22,
         "rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":10000000.0,"tie_word_embeddings":true,"vocab_size":49159}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void APublishedConfigIsTheShape() => Assert.Equal(
        new ModelConfig
        {
            ModelType = "granite",
            HiddenSize = 4096,
            IntermediateSize = 12800,
            NumHiddenLayers = 40,
            NumAttentionHeads = 32,
            NumKeyValueHeads = 8,
            HeadDim = 128,
            VocabSize = 49159,
            MaxPositionEmbeddings = 131072,
            RmsNormEps = 1e-5f,
            RopeTheta = 1e7,
            TieWordEmbeddings = true,
            EmbeddingMultiplier = 12,
            AttentionMultiplier = 1 / 128f,
            ResidualMultiplier = 0.22f,
            LogitsScaling = 16,
        },
        Read(Published));

    /// <summary>A missing attention_multiplier is 1 in transformers, not 1 / sqrt(head_dim).</summary>
    [Fact]
    public void FactorsThatAreMissingAreOne()
    {
        var config = Read(Without("embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling", "tie_word_embeddings", "num_key_value_heads", "attention_bias", "mlp_bias"));
        Assert.Equal((1f, 1f, 1f, 1f), (config.EmbeddingMultiplier, config.AttentionMultiplier!.Value, config.ResidualMultiplier, config.LogitsScaling));
        Assert.Equal((false, 32, false, false), (config.TieWordEmbeddings, config.NumKeyValueHeads, config.AttentionBias, config.MlpBias));
    }

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        var tiny = ModelShapes.Get("tiny-granite");
        foreach (var config in new[] { tiny, Read(Published), tiny with { AttentionBias = true, MlpBias = true, TieWordEmbeddings = true, ResidualMultiplier = 0.22f } })
            Assert.Equal(config, Read(HuggingFaceConfigWriter.Write(config)));
    }

    [Theory]
    [InlineData("embedding_multiplier", "0")]
    [InlineData("attention_multiplier", "-1")]
    [InlineData("residual_multiplier", "1e30")]
    [InlineData("logits_scaling", "0")]
    [InlineData("logits_scaling", "\"8\"")]
    [InlineData("mlp_bias", "1")]
    public void WhatCannotBeRunIsRefusedByName(string key, string value)
    {
        var json = JsonNode.Parse(Published)!.AsObject();
        json[key] = JsonNode.Parse(value);
        Assert.Contains(key, Assert.Throws<InputException>(() => Read(json.ToJsonString())).Message, StringComparison.Ordinal);
    }

    /// <summary>llama.cpp goes without a factor that is missing, and scales scores as everywhere.</summary>
    [Fact]
    public void GgufFilesMayLackFactors()
    {
        var plain = GgufFixture.Config("granite") with { EmbeddingMultiplier = 1, AttentionMultiplier = null, ResidualMultiplier = 1, LogitsScaling = 1 };
        Assert.Equal(plain with { AttentionMultiplier = 1 / 8f }, ReadGguf(GgufFixture.Metadata(plain)));
    }

    [Fact]
    public void GgufFilesWithoutPositionsAreRefused()
    {
        const string key = "granite.rope.scaling.finetuned";
        var metadata = GgufFixture.Metadata(GgufFixture.Config("granite"));
        Assert.Equal(GgufFixture.Config("granite"), ReadGguf(GgufEdit.With(metadata, key, true)));
        Assert.Contains(key, Assert.Throws<InputException>(() => ReadGguf(GgufEdit.With(metadata, key, false))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllFourFactorsAreInTheGraph()
    {
        var graph = Architecture.Build(ModelShapes.Get("tiny-granite"), "tiny");
        Assert.Equal(3, Assert.Single(graph.Ops.OfType<EmbedOp>()).Scale);
        Assert.All(graph.Ops.OfType<AttentionOp>(), op => Assert.Equal(0.4f, op.Shape.ScoreScale));
        Assert.All(graph.Ops.OfType<AddOp>(), op => Assert.Equal(0.5f, op.Scale));
        Assert.Equal(0.5f, graph.Ops.OfType<LinearOp>().Last().Scale);
        Assert.All(graph.Ops.OfType<LinearOp>().SkipLast(1), op => Assert.Null(op.Scale));
    }

    private static string Without(params string[] keys)
    {
        var json = JsonNode.Parse(Published)!.AsObject();
        foreach (var key in keys)
            Assert.True(json.Remove(key));
        return json.ToJsonString();
    }

    private ModelConfig Read(string text) => HuggingFaceConfig.Read(folder.Write("config.json", text));

    private ModelConfig ReadGguf(GgufMetadata metadata)
    {
        var entries = new List<TensorEntry> { new("token_embd.weight", DType.F16, [GgufFixture.VocabSize, 256]), new("output.weight", DType.F16, [GgufFixture.VocabSize, 256]) };
        using (var writer = new GgufWriter(folder.File("m.gguf"), metadata, entries))
        {
            foreach (var entry in entries)
                writer.Write(new byte[entry.ByteLength]);
            writer.Commit();
        }
        using var checkpoint = CheckpointReader.Open(folder.File("m.gguf"));
        return checkpoint.Config;
    }
}
