using Temoto.Evaluation;
using Temoto.Evaluation.Seeded;
using Temoto.Formats.Images;
using Temoto.Tensors;
using Temoto.Tests.Formats;

namespace Temoto.Tests.Evaluation;

public sealed class ImageAccuracyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void CountsWhatTheModelSays()
    {
        SeededCheckpoint.Write(ModelShapes.Get("tiny-vit"), 7, folder.File("model"), DType.F32, null, TestContext.Current.CancellationToken);
        using var model = VisionModel.Load(folder.File("model"), new ModelOptions { Threads = 1 });
        var random = new Random(5);
        var rows = new List<ImageTaskRow>();
        var expected = new int[model.Labels.Count, model.Labels.Count];
        var nats = 0.0;
        for (var i = 0; i < 9; i++)
        {
            // Of several sizes: the preprocessor makes them the model's own.
            var image = new Image(20 + i, 30);
            random.NextBytes(image.Pixels);
            var path = folder.File($"{i}.png");
            PngWriter.Write(image, path);
            rows.Add(new ImageTaskRow(path, i));
            var scores = model.Classify(ImagePreprocessor.Open(folder.File("model/preprocessor_config.json")).Run(image, path), model.ImageHeight, model.ImageWidth, TestContext.Current.CancellationToken);
            expected[i, scores[0].Index]++;
            nats -= Math.Log(scores.Single(score => score.Index == i).Probability);
        }
        var seen = new List<ImageTaskRow>();
        var result = ImageAccuracy.Measure(model, rows, (row, scores) => seen.Add(row), TestContext.Current.CancellationToken);
        Assert.Equal(rows, seen);
        Assert.Equal(expected, result.Confusion);
        Assert.Equal(9, result.Count);
        Assert.Equal(Enumerable.Range(0, 10).Sum(i => expected[i, i]) / 9.0, result.Accuracy);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 1, 0], Enumerable.Range(0, 10).Select(result.CountOf));
        // Probabilities are floats: 2^-24 of each, and the logits' own rounding of e to their power.
        Assert.Equal(nats / 9, result.CrossEntropyNats, 1e-6);
    }
}
