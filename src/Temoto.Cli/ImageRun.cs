using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Temoto.Formats.Images;
using Temoto.Machine;

namespace Temoto.Cli;

/// <summary><c>temoto run MODEL --image FILE</c>: the likeliest classes of pictures.</summary>
internal static class ImageRun
{
    public const int DefaultTop = 5;

    public static int Run(ParseResult parsed, ModelChoice choice, IReadOnlyList<string> paths, int top, CancellationToken cancellation)
    {
        if (paths.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
            throw new InputException(missing, null, "no such file", "a picture", "check the path");
        var json = parsed.GetValue(choice.Json);
        var clock = Stopwatch.StartNew();
        using var model = choice.LoadVision(parsed, cancellation);
        var loadSeconds = clock.Elapsed.TotalSeconds;
        var answers = new List<Answer>();
        var interrupted = false;
        foreach (var path in paths)
        {
            if (interrupted = cancellation.IsCancellationRequested)
                break;
            var start = Stopwatch.GetTimestamp();
            var image = ImageReader.Read(path);
            var read = Stopwatch.GetTimestamp();
            if (Classify(model, image, path, cancellation) is not { } scores)
            {
                interrupted = true;
                break;
            }
            answers.Add(new Answer(path, image.Width, image.Height, scores, Stopwatch.GetElapsedTime(start, read).TotalSeconds, Stopwatch.GetElapsedTime(read).TotalSeconds));
            if (json)
                continue;
            Print(answers[^1], top);
            if (OutputPipe.IsClosed)
                break;
        }
        if (json)
            Console.WriteLine(Document(parsed.GetRequiredValue(choice.Model), model, loadSeconds, answers, interrupted, top));
        Console.Error.WriteLine($"[{answers.Count} picture{(answers.Count == 1 ? "" : "s")} | read {Mean(answers, answer => answer.ReadSeconds) * 1000:0.0} ms each"
            + $" | look {Mean(answers, answer => answer.LookSeconds) * 1000:0.0} ms each | peak memory {PhysicalMemory.PeakResidentBytes() / 1048576.0:0} MiB{(interrupted ? " | stopped: interrupted" : "")}]");
        return interrupted ? CommandLine.Interrupted : 0;
    }

    private static double Mean(List<Answer> answers, Func<Answer, double> value) => answers.Count == 0 ? 0 : answers.Average(value);

    /// <summary>Null where it was interrupted.</summary>
    private static IReadOnlyList<ClassScore>? Classify(VisionModel model, Image image, string path, CancellationToken cancellation)
    {
        try
        {
            return model.Classify(image, path, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void Print(Answer answer, int top)
    {
        Console.WriteLine(StandardOutput.Line(answer.Path));
        foreach (var score in answer.Scores.Take(top))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * score.Probability,6:0.00} %  {StandardOutput.Line(score.Label)}"));
    }

    private static string Document(string path, VisionModel model, double loadSeconds, List<Answer> answers, bool interrupted, int top) => Json.Document(
        new ImageAnswers(
            path, model.Plan.Kernels.Name, model.Plan.Threads, loadSeconds,
            answers.Select(answer => new ImageAnswer(answer.Path, answer.Width, answer.Height, answer.ReadSeconds, answer.LookSeconds, answer.Scores.Take(top))),
            interrupted ? "cancelled" : "stop", PhysicalMemory.PeakResidentBytes()),
        ResultContext.Default.ImageAnswers);

    /// <param name="ReadSeconds">Reading and decoding the file.</param>
    /// <param name="LookSeconds">Preprocessing and the model.</param>
    private sealed record Answer(string Path, int Width, int Height, IReadOnlyList<ClassScore> Scores, double ReadSeconds, double LookSeconds);
}

/// <summary>The document of <c>run --image</c>.</summary>
internal sealed record ImageAnswers(
    string Model, string Kernels, int Threads, double LoadSeconds, IEnumerable<ImageAnswer> Images, string FinishReason, long PeakResidentBytes);

/// <summary>One picture and its likeliest classes.</summary>
internal sealed record ImageAnswer(string File, int Width, int Height, double ReadSeconds, double LookSeconds, IEnumerable<ClassScore> Classes);
