using System.Text.Json.Nodes;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

public sealed class VitConfigTests : IDisposable
{
    private const string Distilled = """
        {"architectures":["DeiTForImageClassificationWithTeacher"],"model_type":"deit","attention_probs_dropout_prob":0.0,"encoder_stride":16,"hidden_act":"gelu","hidden_size":768,
         "image_size":224,"initializer_range":0.02,"intermediate_size":3072,"layer_norm_eps":1e-12,"num_attention_heads":12,"num_channels":3,"num_hidden_layers":12,"patch_size":16,"qkv_bias":true,
         "id2label":{"1":"goldfish","0":"tench","2":"shark"},"label2id":{"tench":0}}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void APublishedConfigIsRead()
    {
        var config = Read(Distilled);
        var vision = config.Vision!;
        Assert.Equal(["tench", "goldfish", "shark"], vision.Labels);
        Assert.True(vision.DistillationToken && vision.DistillationClassifier);
        Assert.Equal((198, 198, 768), (vision.Tokens, config.MaxPositionEmbeddings, vision.PatchWidth));
        var shape = ModelShapes.Get("deit-b-distilled");
        Assert.Equal(shape with { Vision = null }, config with { Vision = null });
        Assert.Equal(shape.Vision! with { Labels = vision.Labels }, vision);

        Assert.False(Read(With("architectures", """["DeiTForImageClassification"]""")).Vision!.DistillationClassifier);
        var vit = Read(With("model_type", "\"vit\"")).Vision!;
        Assert.False(vit.DistillationToken || vit.DistillationClassifier);
        Assert.Equal(197, vit.Tokens);
        Assert.Equal((32, 48), Size(Read(With("image_size", "[32, 48]"))));
        Assert.Equal(1e-6f, Read(With("layer_norm_eps", "1e-6")).LayerNormEps);
        Assert.False(Read(With("qkv_bias", "false")).AttentionBias);
    }

    [Theory]
    [InlineData("tiny-vit")]
    [InlineData("tiny-deit")]
    [InlineData("deit-s")]
    public void WhatIsWrittenIsReadAgain(string shape)
    {
        var config = ModelShapes.Get(shape);
        var read = Read(HuggingFaceConfigWriter.Write(config));
        Assert.Equal(config.Vision!.Labels, read.Vision!.Labels);
        Assert.Equal(config.Vision with { Labels = [] }, read.Vision with { Labels = [] });
        Assert.Equal(config with { Vision = null }, read with { Vision = null });
    }

    [Theory]
    [InlineData("hidden_act", "\"gelu_new\"")]
    [InlineData("hidden_act", "\"relu\"")]
    [InlineData("num_channels", "1")]
    [InlineData("num_attention_heads", "7")]
    [InlineData("image_size", null)]
    [InlineData("image_size", "225")]
    [InlineData("image_size", "[224, 224, 224]")]
    [InlineData("image_size", "1e9")]
    [InlineData("image_size", "16384")]
    [InlineData("patch_size", "0")]
    [InlineData("patch_size", null)]
    [InlineData("intermediate_size", null)]
    [InlineData("layer_norm_eps", "-1")]
    [InlineData("qkv_bias", "1")]
    [InlineData("id2label", null)]
    [InlineData("id2label", "{}")]
    [InlineData("id2label", "[\"a\"]")]
    [InlineData("id2label", "{\"0\":\"a\",\"2\":\"b\"}")]
    [InlineData("id2label", "{\"0\":\"a\",\"00\":\"b\"}")]
    [InlineData("id2label", "{\"0\":\"a\",\"-1\":\"b\"}")]
    [InlineData("id2label", "{\"0\":7}")]
    public void WhatCannotBeRunIsRefusedByName(string key, string? value) =>
        Assert.Contains(key, Assert.Throws<InputException>(() => Read(With(key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void TensorsAreSeenAsTheOperationsReadThem()
    {
        var config = ModelShapes.Get("tiny-deit");
        SeededCheckpoint.Write(config, 7, folder.File("model"), DType.BF16, null, TestContext.Current.CancellationToken);
        using var checkpoint = CheckpointReader.Open(folder.File("model"));
        Assert.Equal([64], checkpoint.Tensors["deit.embeddings.cls_token"].Shape);
        Assert.Equal([17, 64], checkpoint.Tensors["deit.embeddings.position_embeddings"].Shape);
        Assert.Equal([64, 192], checkpoint.Tensors["deit.embeddings.patch_embeddings.projection.weight"].Shape);
        using var stored = SafetensorsFile.Open(Path.Combine(folder.File("model"), "model.safetensors"));
        Assert.Equal([1, 1, 64], stored.Tensors["deit.embeddings.distillation_token"].Shape);
        Assert.Equal([64, 3, 8, 8], stored.Tensors["deit.embeddings.patch_embeddings.projection.weight"].Shape);
    }

    private static (int Height, int Width) Size(ModelConfig config) => (config.Vision!.ImageHeight, config.Vision.ImageWidth);

    private static string With(string key, string? value)
    {
        var json = JsonNode.Parse(Distilled)!.AsObject();
        json.Remove(key);
        if (value is not null)
            json.Add(key, JsonNode.Parse(value));
        return json.ToJsonString();
    }

    private ModelConfig Read(string text) => HuggingFaceConfig.Read(folder.Write("config.json", text));
}
