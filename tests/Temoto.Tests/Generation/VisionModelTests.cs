using Temoto.Evaluation.Seeded;
using Temoto.Formats.Checkpoints;
using Temoto.Formats.Images;
using Temoto.Tensors;
using Temoto.Tests.Formats;
using Temoto.Tests.Models;

namespace Temoto.Tests.Generation;

public sealed class VisionModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private VisionModel Load(string shape, ModelOptions? options = null)
    {
        if (!Directory.Exists(folder.File(shape)))
            SeededCheckpoint.Write(ModelShapes.Get(shape), 7, folder.File(shape), DType.F32, null, TestContext.Current.CancellationToken);
        return VisionModel.Load(folder.File(shape), options ?? new ModelOptions { Threads = 2 });
    }

    [Fact]
    public void ScoresAreProbabilitiesFromTheLikeliestDown()
    {
        using var model = Load("tiny-vit");
        Assert.Equal(("vit", 24, 40, 8), (model.ModelType, model.ImageHeight, model.ImageWidth, model.PatchSize));
        var scores = model.Classify(VitTests.Pictures(1, 24, 40)[0], 24, 40, TestContext.Current.CancellationToken);
        Assert.Equal(model.Labels, scores.OrderBy(score => score.Index).Select(score => score.Label));
        Assert.Equal(scores.OrderByDescending(score => score.Probability), scores);
        Assert.Equal(1, scores.Sum(score => (double)score.Probability), 1e-6);
        // Softmax: the ratio of two probabilities is e to the difference of their logits.
        Assert.Equal(Math.Exp(scores[0].Logit - scores[^1].Logit), scores[0].Probability / scores[^1].Probability, 1e-4);
    }

    [Fact]
    public void ThreadsBatchesAndWhatCameBeforeDoNotChangeTheResult()
    {
        var pictures = VitTests.Pictures(3, 24, 40);
        IReadOnlyList<ClassScore>[]? expected = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var model = Load("tiny-deit", new ModelOptions { Threads = threads });
            var batch = model.Classify(pictures, 24, 40, TestContext.Current.CancellationToken).ToArray();
            expected ??= batch;
            Assert.Equal(expected, batch);
            // Another size in between.
            model.Classify(VitTests.Pictures(1, 40, 16)[0], 40, 16, TestContext.Current.CancellationToken);
            Assert.Equal(expected[1], model.Classify(pictures[1], 24, 40, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void WhatCannotBeLookedAtIsRefused()
    {
        using var model = Load("tiny-vit");
        Assert.Contains("patch_size 8", Assert.Throws<InputException>(() => model.Classify(new float[3 * 24 * 41], 24, 41)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Classify(new float[5], 24, 40));
        Assert.Contains("8192", Assert.Throws<InputException>(() => model.Classify(new float[3 * 8 * 16384], 8, 16384)).Message, StringComparison.Ordinal);
        var picture = VitTests.Pictures(1, 24, 40)[0];
        picture[100] = float.NaN;
        Assert.Contains("not a number", Assert.Throws<InputException>(() => model.Classify(picture, 24, 40)).Message, StringComparison.Ordinal);
        // It is as good as before.
        picture[100] = 0;
        Assert.Equal(10, model.Classify(picture, 24, 40, TestContext.Current.CancellationToken).Count);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => model.Classify(picture, 24, 40, cancelled.Token));
    }

    /// <summary>A picture's file goes through the reader and the preprocessor of the checkpoint, which a .temoto file carries.</summary>
    [Fact]
    public void FilesGoThroughThePreprocessor()
    {
        var picture = new Image(50, 70, [.. Enumerable.Range(0, 3 * 50 * 70).Select(i => (byte)(i * i / 7))]);
        var path = folder.File("picture.png");
        PngWriter.Write(picture, path);
        using var model = Load("tiny-vit");
        var preprocessor = ImagePreprocessor.Open(Path.Combine(folder.File("tiny-vit"), PreprocessorSettings.FileName));
        Assert.Equal((40, 24), preprocessor.OutputSize(50, 70));
        var expected = model.Classify(preprocessor.Run(picture, "picture"), 24, 40, TestContext.Current.CancellationToken);
        Assert.Equal(expected, model.Classify(path, TestContext.Current.CancellationToken));

        using (var source = CheckpointReader.Open(folder.File("tiny-vit")))
            new Temoto.Quantization.PackJob(source, folder.File("m.temoto")).Run(null, null, TestContext.Current.CancellationToken);
        using (var packed = VisionModel.Load(folder.File("m.temoto"), new ModelOptions { Threads = 2 }))
            Assert.Equal(expected, packed.Classify(path, TestContext.Current.CancellationToken));

        File.Delete(Path.Combine(folder.File("tiny-vit"), PreprocessorSettings.FileName));
        using var without = Load("tiny-vit");
        Assert.Contains("preprocessor_config.json", Assert.Throws<InputException>(() => without.Classify(path)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.File("tiny-vit"), PreprocessorSettings.FileName), """{"size": "large"}""");
        Assert.Contains("size", Assert.Throws<InputException>(() => Load("tiny-vit")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LanguageAndVisionModelsAreNotTakenForEachOther()
    {
        Load("tiny-vit").Dispose();
        Assert.Contains("'vit'", Assert.Throws<InputException>(() => LanguageModel.Load(folder.File("tiny-vit"))).Message, StringComparison.Ordinal);
        SeededCheckpoint.Write(ModelShapes.Get("tiny-qwen2"), 7, folder.File("text"), DType.F32, null, TestContext.Current.CancellationToken);
        Assert.Contains("'qwen2'", Assert.Throws<InputException>(() => VisionModel.Load(folder.File("text"))).Message, StringComparison.Ordinal);
    }

    /// <summary>A picture's patch is where it belongs: what differs in one patch alone changes the result, and mirrored patches are another picture.</summary>
    [Fact]
    public void EveryPatchCounts()
    {
        using var model = Load("tiny-vit", new ModelOptions { Precise = true });
        var picture = VitTests.Pictures(1, 24, 40)[0];
        var plain = model.Classify(picture, 24, 40, TestContext.Current.CancellationToken);
        for (var y = 4; y < 24; y += 8)
        {
            for (var x = 4; x < 40; x += 8)
            {
                var changed = (float[])picture.Clone();
                changed[(24 + y) * 40 + x] += 1;
                Assert.NotEqual(plain, model.Classify(changed, 24, 40, TestContext.Current.CancellationToken));
            }
        }
    }
}
