using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Checkpoints.Awq;
using Temoto.Formats.Config;
using Temoto.Quantization.Exports;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

public sealed class OptConfigTests : IDisposable
{
    /// <summary>The keys of the published opt-350m, which uses all that OPT knows.</summary>
    private const string Published = """
        {"model_type":"opt","_remove_final_layer_norm":false,"activation_function":"relu","bos_token_id":2,"do_layer_norm_before":false,"eos_token_id":2,"ffn_dim":4096,
         "hidden_size":1024,"max_position_embeddings":2048,"num_attention_heads":16,"num_hidden_layers":24,"pad_token_id":1,"prefix":"</s>","vocab_size":50272,"word_embed_proj_dim":512}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void APublishedConfigIsTheShape()
    {
        Assert.Equal(ModelShapes.Get("opt-350m"), Read(Published));
        var wide = With("word_embed_proj_dim", "1024");
        Assert.Null(Read(wide).WordEmbedProjDim);
        Assert.True(Read(With("do_layer_norm_before", null)).DoLayerNormBefore);
        var plain = Read(With("enable_bias", "false"));
        Assert.False(plain.AttentionBias || plain.MlpBias);
        Assert.False(Read(With("tie_word_embeddings", "false")).TieWordEmbeddings);
    }

    [Theory]
    [InlineData("tiny-opt")]
    [InlineData("opt-350m")]
    public void WhatIsWrittenIsReadAgain(string shape)
    {
        foreach (var config in new[] { ModelShapes.Get(shape), ModelShapes.Get(shape) with { RemoveFinalLayerNorm = true, TieWordEmbeddings = false, AttentionBias = false, MlpBias = false } })
            Assert.Equal(config, Read(HuggingFaceConfigWriter.Write(config)));
    }

    [Theory]
    [InlineData("ffn_dim", null)]
    [InlineData("ffn_dim", "0")]
    [InlineData("num_attention_heads", "15")]
    [InlineData("num_attention_heads", null)]
    [InlineData("hidden_size", "\"1024\"")]
    [InlineData("num_hidden_layers", "-1")]
    [InlineData("vocab_size", "1e9")]
    [InlineData("max_position_embeddings", null)]
    [InlineData("word_embed_proj_dim", "0")]
    [InlineData("activation_function", "\"gelu\"")]
    [InlineData("layer_norm_elementwise_affine", "false")]
    [InlineData("enable_bias", "1")]
    [InlineData("do_layer_norm_before", "\"no\"")]
    [InlineData("_remove_final_layer_norm", "0")]
    public void WhatCannotBeRunIsRefusedByName(string key, string? value) =>
        Assert.Contains(key, Assert.Throws<InputException>(() => Read(With(key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void FormatsThatHaveNoWordForOptRefuseIt()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-opt"), 7, folder.File("model"), Temoto.Tensors.DType.F32, null, TestContext.Current.CancellationToken);
        using var checkpoint = CheckpointReader.Open(folder.File("model"));
        Assert.Contains("'opt'", Assert.Throws<InputException>(() => GgufExport.Write(checkpoint, folder.File("m.gguf"), Temoto.Tensors.DType.F16, null, default)).Message, StringComparison.Ordinal);
        Assert.Contains("'opt'", Assert.Throws<InputException>(() => AwqMacroLayout.Of("m", checkpoint.Config)).Message, StringComparison.Ordinal);
    }

    private static string With(string key, string? value)
    {
        var json = JsonNode.Parse(Published)!.AsObject();
        json.Remove(key);
        if (value is not null)
            json.Add(key, JsonNode.Parse(value));
        return json.ToJsonString();
    }

    private ModelConfig Read(string text) => HuggingFaceConfig.Read(folder.Write("config.json", text));
}
