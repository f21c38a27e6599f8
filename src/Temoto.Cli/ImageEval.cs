using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Temoto.Evaluation;

namespace Temoto.Cli;

/// <summary><c>temoto eval MODEL --task FOLDER</c>: accuracy on pictures that lie in a folder per class.</summary>
internal static class ImageEval
{
    /// <param name="limit">Only the first pictures of each class; null for all.</param>
    /// <param name="showWrong">Name wrong answers on stderr.</param>
    public static int Run(ParseResult parsed, ModelChoice choice, string folder, int? limit, bool showWrong, CancellationToken cancellation)
    {
        using var model = choice.LoadVision(parsed, cancellation);
        var rows = ImageTask.Read(folder, model.Labels);
        if (limit is { } most)
        {
            rows = [.. rows.GroupBy(row => row.Class).SelectMany(group => group.Take(most))];
        }
        var done = 0;
        var result = ProgressBar.Run("task", bar => ImageAccuracy.Measure(
            model,
            rows,
            (row, scores) =>
            {
                bar.Report(++done, rows.Count);
                if (showWrong && scores[0].Index != row.Class)
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{StandardError.Line(row.Path)}: expected {StandardError.Line(model.Labels[row.Class])} | got {StandardError.Line(scores[0].Label)} ({scores[0].Probability:0.0%})"));
            },
            cancellation));
        if (parsed.GetValue(choice.Json))
            Console.WriteLine(Document(result));
        else
            Print(result);
        return 0;
    }

    private static void Print(ImageTaskResult result)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accuracy {result.Accuracy:0.0%} of {result.Count} pictures, cross entropy {result.CrossEntropyNats:0.0000} nats"));
        var table = MarkdownTable.New().AddColumn("class").AddColumn(MarkdownTable.Right("right")).AddColumn(MarkdownTable.Right("pictures")).AddColumn("taken for");
        foreach (var label in Present(result))
        {
            var wrong = Enumerable.Range(0, result.Labels.Count).Where(other => other != label && result.Confusion[label, other] > 0).OrderByDescending(other => result.Confusion[label, other]);
            table.AddRow(
                MarkdownTable.Cell(result.Labels[label]),
                string.Create(CultureInfo.InvariantCulture, $"{(double)result.Confusion[label, label] / result.CountOf(label):0.0%}"),
                $"{result.CountOf(label)}",
                MarkdownTable.Cell(string.Join(", ", wrong.Select(other => $"{result.Labels[other]} {result.Confusion[label, other]}"))));
        }
        MarkdownTable.Write(table);
    }

    /// <summary>Classes the task has pictures of.</summary>
    private static IEnumerable<int> Present(ImageTaskResult result) => Enumerable.Range(0, result.Labels.Count).Where(label => result.CountOf(label) > 0);

    /// <summary>
    /// "tasks" as text tasks have it, a class in place of a kind of row; "confusion" counts pictures by true class, then by the class they were taken for.
    /// </summary>
    private static string Document(ImageTaskResult result) => Json.Document(
        new ImageEvaluation(
            result.Accuracy, result.Count, result.CrossEntropyNats,
            Present(result).Select(label => new ClassAccuracy(
                result.Labels[label], (double)result.Confusion[label, label] / result.CountOf(label), result.CountOf(label))),
            ByLabel(result, Present(result), label => ByLabel(
                result, Enumerable.Range(0, result.Labels.Count).Where(other => result.Confusion[label, other] > 0), other => result.Confusion[label, other]))),
        ResultContext.Default.ImageEvaluation);

    /// <summary>In the order of the classes; of classes with the same label the last.</summary>
    private static OrderedDictionary<string, T> ByLabel<T>(ImageTaskResult result, IEnumerable<int> classes, Func<int, T> value)
    {
        var members = new OrderedDictionary<string, T>();
        foreach (var index in classes)
            members[result.Labels[index]] = value(index);
        return members;
    }
}

/// <summary>The document of <c>eval</c> on pictures.</summary>
internal sealed record ImageEvaluation(
    double Accuracy, int Pictures, double CrossEntropyNats, IEnumerable<ClassAccuracy> Tasks, OrderedDictionary<string, OrderedDictionary<string, int>> Confusion);

/// <summary>How many of a class's pictures were taken for it.</summary>
internal sealed record ClassAccuracy(string Name, double ExactMatch, int Count);
