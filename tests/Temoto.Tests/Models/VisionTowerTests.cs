using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Config;
using Temoto.Generation.Execution;
using Temoto.Kernels;
using Temoto.Models;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Models;

/// <summary>
/// Models that make vectors of pictures: the vectors of tokens against transformers (shared/data/golden-models), pictures' vectors against tests/oracle/picture_vectors.py (numpy, float64), which
/// agrees with transformers' tokens to 3e-7, with torch's MultiheadAttention on SigLIP's head to 1e-7 and with torch's bicubic interpolation to 3e-7.
/// </summary>
public sealed class VisionTowerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Folders of golden-models, and types.</summary>
    public static TheoryData<string> Towers => ["clip_vision_model", "dinov2", "siglip_vision_model"];

    [Theory]
    [MemberData(nameof(Towers))]
    public void TheTensorsAreThoseThatTransformersWrites(string type)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{type}");
        using var file = SafetensorsFile.Open(Path.Combine(path, "model.safetensors"));
        Assert.Equal(
            file.Tensors.Values.Select(tensor => $"{tensor.Name} {string.Join(' ', tensor.Shape)}").Order(StringComparer.Ordinal),
            ModelTypes.Find(type)!.FileTensors(Golden(type)).Select(use => $"{use.Name} {string.Join(' ', use.Shape)}").Order(StringComparer.Ordinal));
    }

    /// <summary>The tolerances are those of ModelTypesTests: of every element with --precise, of the root mean square with the default kernels and a cache of floats.</summary>
    [Theory]
    [MemberData(nameof(Towers))]
    public void TokensHaveTheVectorsOfTransformers(string type)
    {
        var path = RepositoryPaths.DataPath($"golden-models/{type}");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "case.json")));
        foreach (var dataflow in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
        {
            using var precise = new TokenVectors(path, new ModelOptions { Precise = true, Dataflow = dataflow });
            using var fast = new TokenVectors(path, new ModelOptions { KvCache = KvCacheType.F32, Dataflow = dataflow });
            foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var pixels = GoldenLogits.Floats(Path.Combine(path, item.GetProperty("input").GetString()!));
                var expected = GoldenLogits.Floats(Path.Combine(path, item.GetProperty("expected").GetString()!));
                Near($"{type} {dataflow} precise", GoldenLogits.Worst(expected, precise.Of(pixels)), 3e-5);
                Near($"{type} {dataflow} default", RootMeanSquare(expected, fast.Of(pixels)), 1e-4);
            }
        }
    }

    /// <summary>SigLIP's head is one more layer behind those that the tokens pass: four in place of three.</summary>
    [Theory]
    [MemberData(nameof(Towers))]
    public void VectorsOfTransformersModelsEqualNumpy(string type) => Compare(RepositoryPaths.DataPath($"golden-models/{type}"), 32, 32);

    [Theory]
    [MemberData(nameof(Towers))]
    public void VectorsEqualNumpyInFloat64(string type)
    {
        foreach (var dtype in new[] { DType.BF16, DType.F16, DType.F32 })
            Compare(TowerCheckpoints.Write(folder, $"{type}-{dtype}", TowerCheckpoints.Config(type), dtype), 32, 32);
    }

    /// <summary>Larger, smaller, and of another shape than what the model was trained on; 43 is no multiple of 8.</summary>
    [Theory]
    [InlineData("dinov2", 16, 56)]
    [InlineData("dinov2", 40, 24)]
    [InlineData("clip_vision_model", 48, 48)]
    [InlineData("siglip_vision_model", 43, 24)]
    public void PositionsOfOtherSizesEqualNumpy(string type, int height, int width) => Compare(TowerCheckpoints.Write(folder, type, TowerCheckpoints.Config(type)), height, width);

    /// <summary>google/siglip-so400m-patch14-384 looks at 27 patches of 14: the convolution leaves the last 6 rows and columns out.</summary>
    [Theory]
    [InlineData("clip_vision_model")]
    [InlineData("siglip_vision_model")]
    public void PixelsBeyondWholePatchesAreNotLookedAt(string type)
    {
        var config = TowerCheckpoints.Config(type);
        Compare(TowerCheckpoints.Write(folder, type, config with { Vision = config.Vision! with { ImageHeight = 37, ImageWidth = 37 } }), 37, 37);
    }

    [Fact]
    public void TheTowerOfAWholeModelIsRead()
    {
        var clip = TowerCheckpoints.Config("clip_vision_model");
        var projected = TowerCheckpoints.Write(folder, "clip", clip with { LayerNormEps = 1e-5f, Vision = clip.Vision! with { ProjectionDim = 24 } });
        Compare(projected, 32, 32);
        var whole = TowerCheckpoints.WriteWhole(folder, projected, "clip", beside: "visual_projection.weight");
        Compare(whole, 32, 32);
        Assert.Equal(Read(projected), Read(whole));
        Assert.Equal(("clip_vision_model", 24), (Read(whole).ModelType, Read(whole).Vision!.ProjectionDim));
        using (var checkpoint = CheckpointReader.Open(whole))
            Assert.DoesNotContain(checkpoint.Tensors.Keys, name => name.StartsWith("text_model.", StringComparison.Ordinal));
        var siglip = TowerCheckpoints.Write(folder, "siglip", TowerCheckpoints.Config("siglip_vision_model"));
        Compare(TowerCheckpoints.WriteWhole(folder, siglip, "siglip"), 32, 32);
    }

    /// <summary>As google/siglip-base-patch16-224 and others are published: what is as usual is not said.</summary>
    [Theory]
    [InlineData("""{"model_type": "siglip", "vision_config": {"model_type": "siglip_vision_model"}}""", 768, 12, 196, null)]
    [InlineData("""{"model_type": "siglip", "vision_config": {"hidden_size": 1152, "image_size": 384, "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14}}""", 1152, 27, 729, null)]
    [InlineData("""{"model_type": "clip", "projection_dim": 768, "vision_config": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768}}""", 1024, 24, 257, 768)]
    [InlineData("""{"model_type": "clip", "vision_config": {}}""", 768, 12, 50, 512)]
    [InlineData("""{"model_type": "dinov2", "hidden_size": 768, "image_size": 518, "mlp_ratio": 4, "num_attention_heads": 12, "num_hidden_layers": 12, "patch_size": 14}""", 768, 12, 1370, null)]
    public void PublishedConfigsAreRead(string text, int width, int layers, int tokens, int? projection)
    {
        var config = Parse(text);
        Assert.Equal((width, layers, tokens, projection), (config.HiddenSize, config.NumHiddenLayers, config.MaxPositionEmbeddings, config.Vision!.ProjectionDim));
        Assert.Equal(config, Parse(HuggingFaceConfigWriter.Write(config)));
    }

    [Theory]
    [MemberData(nameof(Towers))]
    public void AConfigurationIsWrittenAsItWasRead(string type) => Assert.Equal(Golden(type), Parse(HuggingFaceConfigWriter.Write(Golden(type))));

    /// <summary>config.json has a ratio in place of a width; it may be no whole number.</summary>
    [Theory]
    [InlineData(64, 171)]
    [InlineData(1536, 4097)]
    [InlineData(3, 1)]
    public void WidthsThatAreNoMultipleAreWrittenToo(int hidden, int intermediate)
    {
        var config = TowerCheckpoints.Config("dinov2") with { HiddenSize = hidden, NumAttentionHeads = 1, NumKeyValueHeads = 1, HeadDim = hidden, IntermediateSize = intermediate };
        Assert.Equal(config, Parse(HuggingFaceConfigWriter.Write(config)));
    }

    [Theory]
    [InlineData("dinov2", "use_swiglu_ffn", "true")]
    [InlineData("dinov2", "mlp_ratio", "0")]
    [InlineData("dinov2", "mlp_ratio", "1e6")]
    [InlineData("dinov2", "qkv_bias", "1")]
    [InlineData("dinov2", "num_attention_heads", "7")]
    [InlineData("siglip_vision_model", "vision_use_head", "false")]
    [InlineData("siglip_vision_model", "patch_size", "0")]
    [InlineData("siglip_vision_model", "intermediate_size", "1e9")]
    [InlineData("clip_vision_model", "hidden_act", "\"tanh\"")]
    [InlineData("clip_vision_model", "image_size", "7")]
    [InlineData("clip_vision_model", "image_size", "[32, 32, 32]")]
    [InlineData("clip_vision_model", "num_channels", "1")]
    [InlineData("clip", "vision_config", "7")]
    [InlineData("siglip", "vision_config", "null")]
    public void WhatCannotBeRunIsRefusedByName(string type, string key, string value)
    {
        var config = JsonNode.Parse(ModelTypes.Find(type)!.Name == type ? HuggingFaceConfigWriter.Write(TowerCheckpoints.Config(type)) : $$"""{"model_type": "{{type}}"}""")!.AsObject();
        config[key] = JsonNode.Parse(value);
        var error = Assert.Throws<InputException>(() => Parse(config.ToJsonString()));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>What belongs to a sum or a product of tensors is missed where it lacks: vectors would be wrong and nobody would know.</summary>
    [Theory]
    [InlineData("dinov2", "encoder.layer.1.layer_scale2.lambda1", "encoder.layer.1.mlp.fc2_scaled.weight")]
    [InlineData("dinov2", "encoder.layer.0.attention.output.dense.bias", "encoder.layer.0.attention.output.dense_scaled.bias")]
    [InlineData("siglip_vision_model", "head.probe", "head.attention")]
    [InlineData("siglip_vision_model", "head.attention.in_proj_bias", "head.attention")]
    [InlineData("clip_vision_model", "embeddings.class_embedding", "embeddings.class_embedding")]
    public void AMissingTensorIsMissed(string type, string name, string named)
    {
        var path = Changed(type, tensors => [.. tensors.Where(tensor => tensor.Name != name)]);
        Assert.Contains(named, Assert.Throws<InputException>(() => PictureEmbeddingModel.Load(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>The first half of a tensor in its place.</summary>
    [Theory]
    [InlineData("dinov2", "encoder.layer.1.layer_scale2.lambda1", "encoder.layer.1.mlp.fc2_scaled.weight")]
    [InlineData("dinov2", "encoder.layer.0.attention.output.dense.bias", "encoder.layer.0.attention.output.dense_scaled.bias")]
    [InlineData("siglip_vision_model", "head.probe", "head.attention")]
    [InlineData("siglip_vision_model", "head.attention.in_proj_weight", "head.attention")]
    [InlineData("siglip_vision_model", "head.attention.in_proj_bias", "head.attention")]
    [InlineData("clip_vision_model", "embeddings.position_embedding.weight", "embeddings.position_embedding.weight")]
    public void AMisshapenTensorIsMissed(string type, string name, string named)
    {
        var path = Changed(type, tensors => [.. tensors.Select(tensor => tensor.Name == name ? Half(tensor) : tensor)]);
        Assert.Contains(named, Assert.Throws<InputException>(() => PictureEmbeddingModel.Load(path)).Message, StringComparison.Ordinal);
    }

    private static unsafe Tensor Half(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape];
        shape[^1] /= 2;
        return new(tensor.Name, tensor.DType, shape, tensor.Data, tensor.ByteLength / 2, tensor);
    }

    /// <summary>A checkpoint of a type with other tensors.</summary>
    private string Changed(string type, Func<IEnumerable<Tensor>, IReadOnlyList<Tensor>> change)
    {
        var path = TowerCheckpoints.Write(folder, type, TowerCheckpoints.Config(type));
        var weights = Path.Combine(path, HuggingFaceDirectory.WeightsFileName);
        using (var file = SafetensorsFile.Open(weights))
            SafetensorsWriter.WriteAll(folder.File("changed.safetensors"), change(file.Tensors.Values));
        File.Move(folder.File("changed.safetensors"), weights, overwrite: true);
        return path;
    }

    private static ModelConfig Golden(string type) => Read(RepositoryPaths.DataPath($"golden-models/{type}"));

    private static ModelConfig Read(string path) => HuggingFaceConfig.Read(Path.Combine(path, "config.json"));

    private static ModelConfig Parse(string text) => HuggingFaceConfig.Parse(Encoding.UTF8.GetBytes(text), "config.json");

    private static void Near(string what, double error, double tolerance)
    {
        TestContext.Current.SendDiagnosticMessage($"{what}: off by {error:E1} standard deviations");
        Assert.True(error <= tolerance, $"{what}: off by {error:E2} standard deviations");
    }

    private static double RootMeanSquare(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average()) / GoldenLogits.Deviation(expected);

    private void Compare(string path, int height, int width)
    {
        var pictures = VitTests.Pictures(2, height, width);
        var pixels = folder.Write("pixels.f32", MemoryMarshal.AsBytes(pictures.SelectMany(picture => picture).ToArray().AsSpan()).ToArray());
        Oracle.Python("picture_vectors.py", "", path, pixels, $"{height}", $"{width}", folder.File("expected.f64"));
        float[] expected = [.. MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(folder.File("expected.f64"))).ToArray().Select(value => (float)value)];
        foreach (var dataflow in new[] { DataflowChoice.Gemm, DataflowChoice.Tphs })
        {
            Near($"{path} {dataflow} precise", GoldenLogits.Worst(expected, Vectors(path, pictures, height, width, new ModelOptions { Precise = true, Dataflow = dataflow })), 3e-5);
            foreach (var kernels in KernelChooser.Available)
                Near($"{path} {dataflow} {kernels}", RootMeanSquare(expected, Vectors(path, pictures, height, width, new ModelOptions { Kernels = kernels, KvCache = KvCacheType.F32, Dataflow = dataflow })), 1e-4);
        }
    }

    private static float[] Vectors(string path, float[][] pictures, int height, int width, ModelOptions options)
    {
        using var model = PictureEmbeddingModel.Load(path, options);
        return [.. pictures.SelectMany(pixels => model.Embed(pixels, height, width, TestContext.Current.CancellationToken))];
    }

    /// <summary>The vectors of all tokens of a picture.</summary>
    private sealed class TokenVectors : IDisposable
    {
        private readonly Checkpoint checkpoint;
        private readonly VisionEngine engine;

        public TokenVectors(string path, ModelOptions options)
        {
            checkpoint = CheckpointReader.Open(path);
            engine = new VisionEngine(checkpoint, options, embeds: true);
        }

        public float[] Of(float[] pixels) => engine.Forward(pixels, TestContext.Current.CancellationToken).ToArray();

        public void Dispose()
        {
            engine.Dispose();
            checkpoint.Dispose();
        }
    }
}
