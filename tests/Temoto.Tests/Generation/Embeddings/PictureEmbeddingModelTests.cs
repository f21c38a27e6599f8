using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Tests.Formats;
using Temoto.Tests.Models;

namespace Temoto.Tests.Generation.Embeddings;

public sealed class PictureEmbeddingModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Checkpoint(string type) => TowerCheckpoints.Write(folder, type, TowerCheckpoints.Config(type));

    private string Picture(int width, int height)
    {
        PngWriter.Write(new Image(width, height, [.. Enumerable.Range(0, 3 * width * height).Select(i => (byte)(i * i / 7))]), folder.File("picture.png"));
        return folder.File("picture.png");
    }

    [Fact]
    public void SaysWhatItIs()
    {
        var config = TowerCheckpoints.Config("clip_vision_model");
        var path = TowerCheckpoints.Write(folder, "clip", config with { Vision = config.Vision! with { ProjectionDim = 24 } });
        using var model = PictureEmbeddingModel.Load(path);
        Assert.Equal((path, "clip_vision_model", 24, 32, 32, 8, false), (model.Path, model.ModelType, model.Dimensions, model.ImageHeight, model.ImageWidth, model.PatchSize, model.Normalizes));
        Assert.True(model.WeightBytes > 0 && model.Memory.TotalBytes > model.WeightBytes);
    }

    [Fact]
    public void UnitVectorsAreTheOthersDividedByTheirLength()
    {
        var (path, pixels) = (Checkpoint("dinov2"), VitTests.Pictures(1, 32, 32)[0]);
        using var plain = PictureEmbeddingModel.Load(path);
        using var unit = PictureEmbeddingModel.Load(path, normalize: true);
        var vector = plain.Embed(pixels, 32, 32, TestContext.Current.CancellationToken);
        var length = Math.Sqrt(vector.Sum(element => (double)element * element));
        Assert.True(Math.Abs(length - 1) > 0.1);
        Assert.Equal(vector.Select(element => (float)(element / length)), unit.Embed(pixels, 32, 32, TestContext.Current.CancellationToken));
    }

    /// <summary>DINOv2 was trained on 518 x 518 and gets 224 x 224: the engine is ready for those from the start.</summary>
    [Fact]
    public void FilesAreScaledAsTheTypeUsuallyHasThem()
    {
        var picture = Picture(300, 280);
        foreach (var (type, usual) in new[]
        {
            ("dinov2", """{"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": 224, "resample": 3, "do_center_crop": true, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}"""),
            ("clip_vision_model", """{"size": {"shortest_edge": 32}, "crop_size": 32, "resample": 3, "do_center_crop": true, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}"""),
            ("siglip_vision_model", """{"size": 32, "resample": 3, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"""),
        })
        {
            var path = Checkpoint(type);
            using var model = PictureEmbeddingModel.Load(path);
            var (preprocessor, image) = (new ImagePreprocessor(PreprocessorSettings.Parse(System.Text.Encoding.UTF8.GetBytes(usual), type)), ImageReader.Read(picture));
            var (width, height) = preprocessor.OutputSize(image.Width, image.Height);
            Assert.Equal(type == "dinov2" ? 224 : 32, width);
            Assert.Equal((width / 8 * height / 8) + (type == "siglip_vision_model" ? 0 : 1), model.Tokens);
            var expected = model.Embed(preprocessor.Run(image, "picture"), height, width, TestContext.Current.CancellationToken);
            Assert.Equal(expected, model.Embed(picture, TestContext.Current.CancellationToken));
            // Another size in between changes nothing.
            Assert.NotEqual(expected, model.Embed(VitTests.Pictures(1, 48, 40)[0], 48, 40, TestContext.Current.CancellationToken));
            Assert.Equal(expected, model.Embed(picture, TestContext.Current.CancellationToken));
            // The file, where there is one, wins.
            File.WriteAllText(Path.Combine(path, PreprocessorSettings.FileName), """{"size": 16}""");
            using var other = PictureEmbeddingModel.Load(path);
            Assert.Equal(type == "siglip_vision_model" ? 4 : 5, other.Tokens);
            Assert.NotEqual(expected, other.Embed(picture, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>Rows of int8: off by 1/127 / sqrt 12 of the largest of a row, 0.2 % of what rows hold, in some ten products one after the other.</summary>
    [Theory]
    [InlineData("dinov2")]
    [InlineData("clip_vision_model")]
    [InlineData("siglip_vision_model")]
    public void PackedItStaysWhatItIs(string type)
    {
        var config = TowerCheckpoints.Config(type);
        var path = TowerCheckpoints.Write(folder, type, type == "clip_vision_model" ? config with { Vision = config.Vision! with { ProjectionDim = 24 } } : config);
        using (var source = CheckpointReader.Open(path))
            new Temoto.Quantization.PackJob(source, folder.File("plain.temoto")).Run(null, null, TestContext.Current.CancellationToken);
        var result = Cli.CommandLineTests.Run(null, "pack", path, "--method", "rtn", "--weights", "int8", "-o", folder.File("int8.temoto"));
        Assert.True(result.ExitCode == 0, result.Errors);
        AssertAlike(path, folder.File("plain.temoto"), 1 - 1e-6);
        AssertAlike(path, folder.File("int8.temoto"), 0.995);
    }

    /// <param name="least">Cosine of the vectors of a picture.</param>
    private void AssertAlike(string path, string other, double least)
    {
        var picture = Picture(40, 50);
        using var model = PictureEmbeddingModel.Load(path, normalize: true);
        using var packed = PictureEmbeddingModel.Load(other, new ModelOptions { Verify = true }, normalize: true);
        Assert.Equal((model.ModelType, model.Dimensions, model.Tokens), (packed.ModelType, packed.Dimensions, packed.Tokens));
        Assert.InRange(model.Embed(picture, TestContext.Current.CancellationToken).Zip(packed.Embed(picture, TestContext.Current.CancellationToken), (a, b) => (double)a * b).Sum(), least, 1 + 1e-6);
    }

    [Fact]
    public void WhatIsTakenForSomethingElseIsRefusedInALine()
    {
        var (tower, vit, text) = (Checkpoint("dinov2"), RepositoryPaths.DataPath("golden-models/vit"), RepositoryPaths.DataPath("golden-models/bert"));
        foreach (var (load, said) in new (Action, string)[]
        {
            (() => VisionModel.Load(tower), "temoto embed MODEL --image FILE"),
            (() => LanguageModel.Load(tower), "temoto embed MODEL --image FILE"),
            (() => EmbeddingModel.Load(tower), "temoto embed MODEL --image FILE"),
            (() => EmbeddingModel.Load(vit), "temoto run MODEL --image FILE"),
            (() => PictureEmbeddingModel.Load(vit), "temoto run MODEL --image FILE"),
            (() => PictureEmbeddingModel.Load(text), "'bert', which reads texts"),
        })
        {
            var error = Assert.Throws<InputException>(load);
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void WhatCannotBeLookedAtIsRefused()
    {
        using var model = PictureEmbeddingModel.Load(Checkpoint("dinov2"));
        Assert.Throws<ArgumentException>(() => model.Embed(new float[5], 32, 32));
        Assert.Contains("patch_size 8", Assert.Throws<InputException>(() => model.Embed(new float[3 * 7 * 32], 7, 32)).Message, StringComparison.Ordinal);
        Assert.Contains("8192", Assert.Throws<InputException>(() => model.Embed(new float[3 * 8 * 16384], 8, 16384)).Message, StringComparison.Ordinal);
        var picture = VitTests.Pictures(1, 32, 32)[0];
        picture[100] = float.NaN;
        Assert.Contains("not a number", Assert.Throws<InputException>(() => model.Embed(picture, 32, 32)).Message, StringComparison.Ordinal);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Embed(picture, 32, 32));
    }
}
