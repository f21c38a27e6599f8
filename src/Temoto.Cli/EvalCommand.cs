using System.CommandLine;
using Spectre.Console;
using Temoto.Evaluation;
using Temoto.Evaluation.Similarity;

namespace Temoto.Cli;

/// <summary><c>temoto eval MODEL --text FILE | --task FILE</c>: perplexity and accuracy.</summary>
internal static class EvalCommand
{
    private const string Description = """
        Measure perplexity on a text, or accuracy on a task

        Example: temoto eval demo --task models/demo/heldout.jsonl

        A task is JSON Lines. {"kind": .., "language": .., "messages": [{"role": .., "content": ..}], "answer": "text"} wants that very answer; "must": ["expression", ..] and "must_not": [..] in place of "answer" judge an answer in anybody's words: all of the first must be found in it and none of the second (no look-around; letters of either case, Unicode's form KC). {"kind": .., "prompt": "text", "choices": ["a", "b"], "answer": 0} takes the likeliest choice. {"sentence1": .., "sentence2": .., "score": ..}, as the STS benchmarks are published, asks how well the cosines of the model's vectors order pairs of texts.
        """;

    public static Command Create()
    {
        var command = new Command("eval", Description);
        var model = new ModelChoice();
        var text = new Option<string?>("--text") { Description = "UTF-8 text to measure perplexity on", HelpName = "FILE" };
        var task = new Option<string?>("--task") { Description = "JSON Lines of conversations with answers or patterns of them, of multiple-choice questions, or of pairs of texts; for a vision model a folder with a subfolder of pictures per class", HelpName = "PATH" };
        var stride = new Option<int?>("--stride") { Description = "Tokens between the windows of the perplexity (default: half the context)", HelpName = "N" };
        var against = new Option<string?>("--against") { Description = "How far predictions on --text, or similarities of pairs, lie from those of this model, the one MODEL was made from", HelpName = "REFERENCE" };
        var limit = new Option<int?>("--limit") { Description = "Only the first N rows of the task (of pictures: N of each class)", HelpName = "N" };
        var maxTokens = new Option<int>("--max-tokens", "-n") { Description = "Most tokens of an answer", HelpName = "N", DefaultValueFactory = _ => 256 };
        var wrong = new Option<bool>("--show-wrong") { Description = "Print wrong answers beside the expected ones on stderr" };
        stride.Within(1, int.MaxValue);
        limit.Within(1, int.MaxValue);
        maxTokens.Within(1, int.MaxValue);
        model.AddTo(command);
        foreach (var option in new Option[] { text, task, stride, against, limit, maxTokens, wrong })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var textPath = parsed.GetValue(text);
            var taskPath = parsed.GetValue(task);
            if (textPath is null && taskPath is null)
                throw new InputException("eval", null, "neither --text nor --task", "at least one of them", "add --text FILE or --task FILE");
            var referencePath = parsed.GetValue(against);
            var arePairs = File.Exists(taskPath) && SimilarityRow.IsIn(taskPath);
            if (arePairs && textPath is not null)
                throw new InputException("--text", null, "it beside pairs of texts", "one of them", "leave one out");
            if (referencePath is not null && textPath is null && !arePairs)
                throw new InputException("--against", null, "no --text", "a text to compare predictions on, or pairs of texts", "add --text FILE, or --task PAIRS");
            if (referencePath is not null && !Path.Exists(ModelChoice.Resolve(referencePath)))
                throw new InputException(referencePath, "--against", "no such file or directory", "the model that MODEL was made from", "check the path");
            if (taskPath is not null && Directory.Exists(taskPath))
            {
                if (textPath is not null)
                    throw new InputException("--text", null, "it beside a folder of pictures", "a text and a task file, or pictures", "leave --text out");
                return Task.FromResult(ImageEval.Run(parsed, model, taskPath, parsed.GetValue(limit), parsed.GetValue(wrong), cancellation));
            }
            if (arePairs)
                return Task.FromResult(SimilarityEval.Run(parsed, model, taskPath!, referencePath, parsed.GetValue(limit), cancellation));
            var rows = taskPath is null ? [] : TaskRow.ReadAll(taskPath);
            var content = textPath is null ? null : TextFile.Read(textPath);
            if (parsed.GetValue(limit) is { } count)
                rows = [.. rows.Take(count)];

            using var loaded = model.Load(parsed, cancellation: cancellation);
            var window = loaded.Info.ContextTokens;
            var step = parsed.GetValue(stride) ?? DefaultStride(window);
            var tokens = content is null ? null : loaded.Known(loaded.Tokenizer.Encode(content));
            var perplexity = tokens is null ? null : MeasurePerplexity(loaded, tokens, window, step, "perplexity", cancellation);
            var divergence = referencePath is null ? null : MeasureDivergence(loaded, referencePath, tokens!, window, step, cancellation);
            var tasks = rows.Count == 0 ? [] : MeasureTasks(loaded, rows, parsed.GetValue(maxTokens), parsed.GetValue(wrong), cancellation);
            if (parsed.GetValue(model.Json))
                PrintJson(perplexity, divergence, tasks);
            else
                Print(perplexity, divergence, tasks);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Half the window: every token but the first few has at least that many before it.</summary>
    public static int DefaultStride(int window) => Math.Max(1, window / 2);

    /// <param name="title">What the progress bar says.</param>
    public static PerplexityResult MeasurePerplexity(LanguageModel model, int[] tokens, int window, int stride, string title, CancellationToken cancellation) =>
        ProgressBar.Run(title, bar => Perplexity.Measure(model, tokens, window, stride, (done, all) => bar.Report(done, all), cancellation));

    private static DivergenceResult MeasureDivergence(
        LanguageModel model, string referencePath, int[] tokens, int window, int stride, CancellationToken cancellation)
    {
        using var reference = LanguageModel.Load(ModelChoice.Resolve(referencePath));
        if (reference.Info.ContextTokens < window)
            throw new InputException(
                referencePath, "--against", $"a model of {reference.Info.ContextTokens} tokens", $"at least the {window} tokens of the window",
                $"add --context {reference.Info.ContextTokens}");
        return ProgressBar.Run("divergence", bar => Divergence.Measure(model, reference, tokens, window, stride, (done, all) => bar.Report(done, all), cancellation));
    }

    private static IReadOnlyList<TaskResult> MeasureTasks(
        LanguageModel model, IReadOnlyList<TaskRow> rows, int maxTokens, bool showWrong, CancellationToken cancellation)
    {
        var done = 0;
        return ProgressBar.Run("task", bar => TaskAccuracy.Measure(
            model,
            rows,
            maxTokens,
            (row, answer, right) =>
            {
                bar.Report(++done, rows.Count);
                if (showWrong && !right)
                    Console.Error.WriteLine(StandardError.Line($"{row.Name}: expected {row.Wanted} | got {answer}"));
            },
            cancellation));
    }

    private static void Print(PerplexityResult? perplexity, DivergenceResult? divergence, IReadOnlyList<TaskResult> tasks)
    {
        if (perplexity is not null)
            Console.WriteLine($"perplexity {perplexity.Value:0.0000} over {perplexity.Tokens} tokens");
        if (divergence is not null)
            Console.WriteLine($"divergence {divergence.MeanNats:0.00000} nats per token, same choice {divergence.SameChoice:0.00%}");
        if (tasks.Count == 0)
            return;
        var table = MarkdownTable.New().AddColumn("task").AddColumn(MarkdownTable.Right("exact match")).AddColumn(MarkdownTable.Right("rows")).AddColumn("fields");
        foreach (var task in tasks)
        {
            var fields = string.Join(", ", task.Fields.Select(field => $"{field.Key} {field.Value:0.0%}"));
            table.AddRow(MarkdownTable.Cell(task.Name), $"{task.ExactMatch:0.0%}", $"{task.Count}", MarkdownTable.Cell(fields));
        }
        MarkdownTable.Write(table);
    }

    private static void PrintJson(
        PerplexityResult? perplexity, DivergenceResult? divergence, IReadOnlyList<TaskResult> tasks) => Console.WriteLine(Json.Document(
        new Evaluated(perplexity?.Value, perplexity?.Tokens, divergence?.MeanNats, divergence?.SameChoice, tasks), ResultContext.Default.Evaluated));
}

/// <summary>The document of <c>eval</c>; what was not asked for is left out.</summary>
internal sealed record Evaluated(double? Perplexity, int? Tokens, double? DivergenceNats, double? SameChoice, IReadOnlyList<TaskResult> Tasks);
