using Temoto.Formats.Images;

namespace Temoto.Evaluation;

/// <summary>How a vision model did on a task of pictures.</summary>
/// <param name="Labels">The model's classes.</param>
/// <param name="Confusion">[true class, likeliest class]: pictures.</param>
/// <param name="CrossEntropyNats">Mean of -ln of the true class's probability: finer than the accuracy where two models are compared.</param>
internal sealed record ImageTaskResult(IReadOnlyList<string> Labels, int[,] Confusion, double CrossEntropyNats)
{
    public int Count => Confusion.Cast<int>().Sum();

    public int Right => Enumerable.Range(0, Labels.Count).Sum(label => Confusion[label, label]);

    public double Accuracy => (double)Right / Count;

    /// <summary>Pictures of a class.</summary>
    public int CountOf(int label) => Enumerable.Range(0, Labels.Count).Sum(other => Confusion[label, other]);
}

/// <summary>Looks at every picture of a task and counts.</summary>
internal static class ImageAccuracy
{
    /// <param name="answered">Called after each picture with what the model thinks of it, the likeliest class first.</param>
    public static ImageTaskResult Measure(VisionModel model, IReadOnlyList<ImageTaskRow> rows, Action<ImageTaskRow, IReadOnlyList<ClassScore>>? answered, CancellationToken cancellation)
    {
        var confusion = new int[model.Labels.Count, model.Labels.Count];
        var nats = 0.0;
        foreach (var row in rows)
        {
            var scores = model.Classify(ImageReader.Read(row.Path), row.Path, cancellation);
            confusion[row.Class, scores[0].Index]++;
            nats -= LogProbability(scores, row.Class);
            answered?.Invoke(row, scores);
        }
        return new ImageTaskResult(model.Labels, confusion, nats / rows.Count);
    }

    /// <summary>From the logits: a probability may be too small for a float.</summary>
    private static double LogProbability(IReadOnlyList<ClassScore> scores, int label)
    {
        var largest = scores[0].Logit;
        return scores.First(score => score.Index == label).Logit - largest - Math.Log(scores.Sum(score => Math.Exp(score.Logit - largest)));
    }
}
