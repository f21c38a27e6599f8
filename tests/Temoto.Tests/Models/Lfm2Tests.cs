using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

public sealed class Lfm2Tests : IDisposable
{
    /// <summary>The keys that bear on the computation, of the first files (LFM2-350M's widths, and 4 layers for its 16): no layer_types, and the feed-forward to be worked out.</summary>
    private const string Keys = """
        {"model_type":"lfm2","block_auto_adjust_ff_dim":true,"block_ff_dim":6656,"block_ffn_dim_multiplier":1.0,"block_multiple_of":256,"conv_L_cache":3,"conv_bias":false,
         "full_attn_idxs":[2],"hidden_size":1024,"max_position_embeddings":128000,"norm_eps":1e-05,"num_attention_heads":16,"num_hidden_layers":4,"num_key_value_heads":8,
         "theta":1000000.0,"vocab_size":65536}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AConfigIsTheShape() => Assert.Equal(
        new ModelConfig
        {
            ModelType = "lfm2",
            HiddenSize = 1024,
            // 2 / 3 of 6656, rounded up to whole blocks of 256.
            IntermediateSize = 4608,
            NumHiddenLayers = 4,
            NumAttentionHeads = 16,
            NumKeyValueHeads = 8,
            HeadDim = 64,
            VocabSize = 65536,
            MaxPositionEmbeddings = 128000,
            RmsNormEps = 1e-5f,
            RopeTheta = 1e6,
            TieWordEmbeddings = true,
            ConvLCache = 3,
            ConvLayers = [1, 1, 0, 1],
        },
        Read(Keys));

    /// <summary>By transformers' rules: integers are cut, the factor counts before the rounding, and null switches both off.</summary>
    [Theory]
    [InlineData("false", "6656", "1.0", "256", 6656)]
    [InlineData("true", "6656", "1.5", "256", 6656)]
    [InlineData("true", "1000", "1.0", "1", 666)]
    [InlineData("true", "1000", "null", "256", 666)]
    [InlineData("true", "1000", null, null, 768)]
    public void TheFeedForwardIsWorkedOut(string adjust, string width, string? factor, string? block, int expected) =>
        Assert.Equal(expected, Read(With(("block_auto_adjust_ff_dim", adjust), ("block_ff_dim", width), ("block_ffn_dim_multiplier", factor), ("block_multiple_of", block))).IntermediateSize);

    [Fact]
    public void LaterFilesNameLayersAndWidthAsOthersDo() => Assert.Equal(
        Read(Keys) with { ConvLayers = [0, 1, 0, 1], IntermediateSize = 768, TieWordEmbeddings = false },
        Read(With(("full_attn_idxs", null), ("layer_types", """["full_attention","conv","full_attention","conv"]"""), ("block_ff_dim", null), ("intermediate_size", "1024"), ("tie_embedding", "false"))));

    [Fact]
    public void WithoutAWordAllLayersAttend() => Assert.Equal([0, 0, 0, 0], Read(With(("full_attn_idxs", null))).ConvLayers);

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        foreach (var config in new[] { ModelShapes.Get("tiny-lfm2"), Read(Keys), Read(Keys) with { ConvBias = true, ConvLCache = 4 } })
            Assert.Equal(config, Read(HuggingFaceConfigWriter.Write(config)));
    }

    [Theory]
    [InlineData("layer_types", """["conv","conv"]""", "layer_types", "4: one for each layer")]
    [InlineData("layer_types", """["conv","conv","mamba","conv"]""", "'mamba'", "conv or full_attention")]
    [InlineData("full_attn_idxs", "[4]", "full_attn_idxs", "0 to 3")]
    [InlineData("conv_L_cache", "0", "conv_L_cache", "1 to 64")]
    [InlineData("block_multiple_of", "-1", "block_multiple_of", "1 to")]
    public void WhatCannotBeIsRefused(string key, string value, string found, string expected)
    {
        var error = Assert.Throws<InputException>(() => Read(With((key, value))));
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private ModelConfig Read(string json)
    {
        var path = folder.File("config.json");
        File.WriteAllText(path, json);
        return HuggingFaceConfig.Read(path);
    }

    private static string With(params (string Key, string? Value)[] changes)
    {
        var keys = JsonNode.Parse(Keys)!.AsObject();
        foreach (var (key, value) in changes)
        {
            keys.Remove(key);
            if (value is not null)
                keys[key] = JsonNode.Parse(value);
        }
        return keys.ToJsonString();
    }
}
