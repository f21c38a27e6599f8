using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Models;
using Temoto.Plans;
using Temoto.Quantization.Exports;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

public sealed class SmolLM3Tests : IDisposable
{
    /// <summary>The keys that bear on the computation, as transformers writes them: SmolLM3-3B's widths, and 8 layers for its 36.</summary>
    private const string Keys = """
        {"model_type":"smollm3","attention_bias":false,"hidden_act":"silu","hidden_size":2048,"intermediate_size":11008,"max_position_embeddings":65536,"mlp_bias":false,
         "no_rope_layer_interval":4,"no_rope_layers":[1,1,1,0,1,1,1,0],"num_attention_heads":16,"num_hidden_layers":8,"num_key_value_heads":4,"rms_norm_eps":1e-06,"rope_scaling":null,
         "rope_theta":5000000.0,"sliding_window":null,"use_sliding_window":false,"vocab_size":128256}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AConfigIsTheShape() => Assert.Equal(
        new ModelConfig
        {
            ModelType = "smollm3",
            HiddenSize = 2048,
            IntermediateSize = 11008,
            NumHiddenLayers = 8,
            NumAttentionHeads = 16,
            NumKeyValueHeads = 4,
            HeadDim = 128,
            VocabSize = 128256,
            MaxPositionEmbeddings = 65536,
            RmsNormEps = 1e-6f,
            RopeTheta = 5e6,
            TieWordEmbeddings = true,
            NoRopeLayers = [1, 1, 1, 0, 1, 1, 1, 0],
        },
        Read(Keys));

    [Fact]
    public void KeysThatAreMissingHaveTheTypesOwnDefaults()
    {
        var config = Read(With(("no_rope_layers", null), ("no_rope_layer_interval", null), ("rope_theta", null), ("attention_bias", null), ("mlp_bias", null)));
        Assert.Equal(Read(Keys) with { RopeTheta = 2e6 }, config);
        Assert.False(Read(With(("tie_word_embeddings", "false"))).TieWordEmbeddings);
    }

    /// <summary>As transformers: the list goes first, may be longer than there are layers, and without it every n-th layer has no positions.</summary>
    [Theory]
    [InlineData(null, "3", new[] { 1, 1, 0, 1, 1, 0, 1, 1 })]
    [InlineData(null, "1", new[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(null, "9", new[] { 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData("[0,1,0,1,0,1,0,1,1,1]", "4", new[] { 0, 1, 0, 1, 0, 1, 0, 1 })]
    public void LayersWithoutPositionsAreListedOrCounted(string? list, string interval, int[] expected) =>
        Assert.Equal(expected, Read(With(("no_rope_layers", list), ("no_rope_layer_interval", interval))).NoRopeLayers);

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        var tiny = ModelShapes.Get("tiny-smollm3");
        foreach (var config in new[] { tiny, Read(Keys), tiny with { AttentionBias = true, MlpBias = true, TieWordEmbeddings = false, NoRopeLayers = [0, 0, 1, 1] } })
            Assert.Equal(config, Read(HuggingFaceConfigWriter.Write(config)));
        Assert.Equal([1, 1, 1, 1], Read(HuggingFaceConfigWriter.Write(tiny with { NoRopeLayers = null })).NoRopeLayers);
    }

    [Theory]
    [InlineData("no_rope_layers", "[1,1,1,0]")]
    [InlineData("no_rope_layers", "[1,1,1,0,1,1,1,2]")]
    [InlineData("no_rope_layers", "\"none\"")]
    [InlineData("num_key_value_heads", null)]
    [InlineData("layer_types", "[\"sliding_attention\"]")]
    [InlineData("rope_scaling", "{\"rope_type\":\"mrope\",\"factor\":2.0}")]
    public void WhatCannotBeRunIsRefusedByName(string key, string? value) =>
        Assert.Contains(key, Assert.Throws<InputException>(() => Read(With((key, value)))).Message, StringComparison.Ordinal);

    [Fact]
    public void TheIntervalIsAtLeastOne() => Assert.Throws<InputException>(() => Read(With(("no_rope_layers", null), ("no_rope_layer_interval", "0"))));

    /// <summary>Unlike Qwen2's, a missing window is none.</summary>
    [Fact]
    public void AWindowHasToBeSwitchedOn()
    {
        Assert.Equal(Read(Keys), Read(With(("use_sliding_window", "true"))));
        Assert.Equal(Read(Keys), Read(With(("use_sliding_window", "true"), ("sliding_window", "65536"))));
        Assert.Equal(Read(Keys), Read(With(("sliding_window", "4096"))));
        Assert.Equal(4096, Read(With(("use_sliding_window", "true"), ("sliding_window", "4096"), ("max_window_layers", "0"))).WindowOf(0));
    }

    [Fact]
    public void LayersWithoutPositionsDoNotRotate()
    {
        var graph = Architecture.Build(ModelShapes.Get("tiny-smollm3"), "tiny");
        Assert.Equal([0, 0, 1, 1, 2, 2], graph.Ops.OfType<RopeOp>().Select(op => op.Layer));
        Assert.Equal(4, graph.Ops.OfType<AttentionOp>().Count());
    }

    /// <summary>llama.cpp has no key for the layers: every fourth has no positions.</summary>
    [Fact]
    public void OtherLayersCannotBeSaidInGguf()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-smollm3") with { NoRopeLayers = [1, 0, 1, 0] }, 7, folder.File("model"), DType.F32, null, TestContext.Current.CancellationToken);
        using var checkpoint = CheckpointReader.Open(folder.File("model"));
        Assert.Contains("every 4th", Assert.Throws<InputException>(() => GgufExport.Write(checkpoint, folder.File("m.gguf"), DType.F16, null, default)).Message, StringComparison.Ordinal);
    }

    private static string With(params (string Key, string? Value)[] changes)
    {
        var json = JsonNode.Parse(Keys)!.AsObject();
        foreach (var (key, value) in changes)
        {
            json.Remove(key);
            if (value is not null)
                json.Add(key, JsonNode.Parse(value));
        }
        return json.ToJsonString();
    }

    private ModelConfig Read(string text) => HuggingFaceConfig.Read(folder.Write("config.json", text));
}
